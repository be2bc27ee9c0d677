"""obs.percentile: whatever runs, tenants and days are put together, within 1 % or 1 ms of the exact percentile."""

from __future__ import annotations

import csv
import json
import math
import random
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from support.db import Db
from support.install import ROOT
from support.pipeline import line, refused, start

DATA = ROOT.parent / "shared" / "data"
BEGIN = datetime(2026, 3, 2, 1, tzinfo=timezone.utc)
EVER: dict[str, Any] = {"from": "2020-01-01Z", "to": "2040-01-01Z"}
QUANTILES = (0, 0.01, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1)


def ask(db: Db, q: float, stage: Any = "crawl", **more: Any) -> Any:
    return db.call("percentile", stage=stage, q=q, **{**EVER, **more})


def disc(values: list[int], q: float) -> int:
    return sorted(values)[max(math.ceil(round(q * len(values), 9)), 1) - 1]


def near(value: int, exact: int) -> bool:
    return abs(value - exact) <= max(1, exact / 100)


def log(db: Db, run: str, durations: list[int], tenant: str = "a", stage: str = "crawl", ok: bool = True) -> None:
    event = "finish" if ok else "error"
    lines = [line(run, event, tenant_id=tenant, stage=stage, duration_ms=value) for value in durations]
    db.call("log_events", events=Jsonb(lines))
    db.call("finish_stage", run_id=run, stage=stage, tenant_id=tenant)


def lose_raw(db: Db) -> None:
    db.execute("delete from obs.run_event_logs")


def http_latencies() -> dict[str, list[int]]:
    """Real latencies by site and file; made-up long-tailed ones where this tree stands alone."""
    found: dict[str, list[int]] = {}
    for path in sorted((DATA / "http").glob("*.csv")):
        with path.open(newline="") as file:
            for row in csv.DictReader(file):
                found.setdefault(path.stem + row["site"], []).append(int(row["response_ms"]))
    if not found:
        dice = random.Random(7)
        found = {str(site): [int(dice.lognormvariate(6, 1)) for _ in range(dice.randint(5, 400))] for site in range(40)}
    return found


@pytest.fixture
def nights(db: Db, tenants: tuple[str, str]) -> list[dict[str, Any]]:
    """Sixty nights of two tenants, each with the latencies of one real site or a part of them."""
    dice = random.Random(11)
    pools = sorted(http_latencies().values(), key=len, reverse=True)[:60]
    made = []
    for number in range(60):
        pool, tenant = pools[number % len(pools)], dice.choice(tenants)
        begin, run = BEGIN + timedelta(days=number, hours=dice.randint(0, 22)), f"run-{number}"
        start(db, run, tenant, started_at=begin)
        durations = dice.sample(pool, min(len(pool), dice.randint(1, 150)))
        failed = [value + 1 for value in durations if dice.random() < 0.2]
        log(db, run, durations, tenant)
        if failed:
            log(db, run, failed, tenant, ok=False)
        made.append({"run": run, "tenant": tenant, "at": begin, "success": durations, "error": failed})
    return made


def test_any_grouping_is_within_one_percent_before_and_after_raw_events_are_gone(
    db: Db, nights: list[dict[str, Any]]
) -> None:
    dice = random.Random(5)
    groupings = []
    for _ in range(120):
        since = BEGIN + timedelta(days=dice.randint(0, 59), hours=dice.randint(-2, 23))
        until = since + timedelta(days=dice.choice((1, 7, 14, 30, 60)))
        chosen = dice.choice((None, ["a"], ["b"], ["a", "b"]))
        groupings.append((dice.choice(QUANTILES), since, until, chosen, dice.choice((None, "success", "error"))))
    answers = []
    for gone in (False, True):
        if gone:
            lose_raw(db)
        for number, (q, since, until, chosen, outcome) in enumerate(groupings):
            inside = [n for n in nights if since <= n["at"] < until and (chosen is None or n["tenant"] in chosen)]
            outcomes = (outcome,) if outcome else ("success", "error")
            with_values = [n for n in inside if any(n[one] for one in outcomes)]
            values = [value for n in inside for one in outcomes for value in n[one]]
            found = ask(db, q, **{"from": since, "to": until}, tenants=chosen, outcome=outcome)
            assert (found.n, found.runs) == (len(values), len(with_values))
            if not values:
                assert (found.value_ms, found.source) == (None, "none")
                assert found.coverage == (0 if inside else None)
                continue
            assert near(found.value_ms, disc(values, q)), (q, since, until, chosen, outcome)
            assert float(found.coverage) == pytest.approx(len(with_values) / len(inside), abs=1e-4)
            days = [n["at"].date() for n in with_values]
            assert (found.first_day, found.last_day) == (min(days), max(days))
            exact = len(with_values) == 1 and not gone
            assert found.source == ("raw" if exact else "rollup")
            if exact:
                assert found.value_ms == disc(values, q)
            if gone and answers[number].source == "rollup":
                assert found == answers[number]
            if not gone:
                answers.append(found)
        if not gone:
            # Empty groupings gave no answer: keep the numbering.
            answers = [ask(db, q, **{"from": a, "to": b}, tenants=t, outcome=o) for q, a, b, t, o in groupings]


def test_reference_vectors(db: Db, tenants: tuple[str, str]) -> None:
    path = DATA / "quantiles" / "reference.json"
    if path.exists():
        vectors = json.loads(path.read_text())["vectors"]
    else:
        samples = ([437], [437, 376], [0, 0, 1, 100, 2147483647], list(range(1, 2000, 7)))
        vectors = [
            {"values": list(values), "q": QUANTILES, "percentile_disc": [disc(list(values), q) for q in QUANTILES]}
            for values in samples
        ]
    vectors = [one for one in vectors if all(0 <= value == int(value) <= 2147483647 for value in one["values"])]
    assert len(vectors) >= 4
    for number, one in enumerate(vectors):
        start(db, f"v{number}", started_at=BEGIN + timedelta(hours=number))
        log(db, f"v{number}", one["values"], stage=f"s{number}")
    for gone in (False, True):
        if gone:
            lose_raw(db)
        for number, one in enumerate(vectors):
            for q, exact in zip(one["q"], one["percentile_disc"], strict=True):
                found = ask(db, q, f"s{number}")
                assert found.source == ("rollup" if gone else "raw")
                assert near(found.value_ms, exact) if gone else found.value_ms == exact


def test_buckets_have_bounds(db: Db, tenants: tuple[str, str]) -> None:
    ask_bounds = "select * from obs.bucket_bounds(%s)"
    assert db.row(ask_bounds, (1,)) == (0, 0, 0)
    last = db.one("select cardinality(obs._bucket_edges())")
    assert db.row(ask_bounds, (last,)).most_ms == 2147483647
    for bucket in (0, last + 1, None):
        assert db.row(ask_bounds, (bucket,)) == (None, None, None)
    row = db.login("test_reader_a").row(ask_bounds, (200,))
    assert db.one("select obs._latency_bucket(%s)", (row.least_ms,)) == 200
    assert db.one("select obs._latency_bucket(%s)", (row.most_ms,)) == 200
    assert db.one("select obs._latency_bucket(%s)", (row.most_ms + 1,)) == 201


def test_percentiles_are_not_averaged(db: Db, tenants: tuple[str, str]) -> None:
    for run, durations in (("big", [100] * 990), ("small", [1000] * 10)):
        start(db, run, started_at=BEGIN)
        log(db, run, durations)
    assert ask(db, 0.95).value_ms in (99, 100, 101)
    assert near(ask(db, 0.995).value_ms, 1000)


def test_the_range_is_half_open_and_drills_are_left_out(db: Db, tenants: tuple[str, str]) -> None:
    start(db, "r1", started_at=BEGIN)
    log(db, "r1", [50])
    assert ask(db, 0.5, **{"from": BEGIN, "to": BEGIN + timedelta(seconds=1)}).n == 1
    assert ask(db, 0.5, **{"from": BEGIN - timedelta(days=1), "to": BEGIN}).n == 0
    db.execute("update obs.enrichment_runs set is_simulation = true")
    assert ask(db, 0.5) == (None, 0, "none", None, 0, None, None)


def test_runs_without_a_histogram_lower_the_coverage(db: Db, tenants: tuple[str, str]) -> None:
    for number in range(3):
        start(db, f"r{number}", started_at=BEGIN)
    log(db, "r0", [50, 60])
    found = ask(db, 1)
    assert (found.value_ms, found.n, found.source, float(found.coverage), found.runs) == (60, 2, "raw", 0.3333, 1)


def test_a_thinned_run_answers_from_its_histogram(db: Db, tenants: tuple[str, str]) -> None:
    start(db, "r1", started_at=BEGIN)
    log(db, "r1", [1000, 1001, 1002])
    db.execute("delete from obs.run_event_logs where duration_ms = 1001")
    found = ask(db, 0.5)
    assert found.source == "rollup"
    assert near(found.value_ms, 1001)


def test_row_security_decides_who_counts(db: Db, tenants: tuple[str, str]) -> None:
    for tenant, value in (("a", 100), ("b", 9000)):
        start(db, f"run-{tenant}", tenant, started_at=BEGIN)
        log(db, f"run-{tenant}", [value], tenant)
    reader = db.login("test_reader_a")
    assert ask(reader, 1).value_ms == 100
    assert ask(reader, 1, tenants=["a", "b"]) == ask(reader, 1)
    assert ask(reader, 1, tenants=["b"]) == (None, 0, "none", None, 0, None, None)
    assert ask(reader, 1, tenants=[]).source == "none"
    assert near(ask(db, 1).value_ms, 9000)
    assert refused(ask, db.login("test_writer_a"), 1).sqlstate == "42501"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"q": 1.01}, "a share from 0 to 1, not 1.01"),
        ({"q": -0.01}, "a share from 0 to 1, not -0.01"),
        ({"q": "NaN"}, "not NaN"),
        ({"q": None}, "not NULL"),
        ({"from": "2026-01-02Z", "to": "2026-01-02Z"}, "no run starts from"),
        ({"from": "2026-01-02Z", "to": "2026-01-01Z"}, "no run starts from"),
        ({"from": None}, "from NULL"),
        ({"outcome": "failed"}, "there is no outcome 'failed'"),
    ],
)
def test_what_cannot_be_asked(db: Db, more: dict[str, Any], says: str) -> None:
    failed = refused(db.call, "percentile", **{"stage": "crawl", "q": 0.5, **EVER, **more})
    assert failed.sqlstate == "22023"
    assert says in str(failed)
