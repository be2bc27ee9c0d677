"""Capture modes: the same numbers in all of them; what may go goes after the resend window and never comes back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from support.db import Db
from support.pipeline import (
    drift,
    event_id,
    item,
    line,
    log_lines,
    metrics,
    refused,
    run_row,
    stage_row,
    start,
    vendor_call,
    vendor_row,
)

MODES = ["all", "errors", "sample(0.25)", {"crawl": "errors", "*": "sample(0)"}]


def night(run_id: str) -> list[dict[str, Any]]:
    lines = [line(run_id, "run_start", stage=None, event_id=str(event_id(1)))]
    for n in range(200):
        lines.append(line(run_id, duration_ms=n * 7 % 500, event_id=str(event_id(100 + n))))
        lines.append(line(run_id, "vendor_call", status="success", vendor="tavily", event_id=str(event_id(400 + n))))
    for n in range(20):
        lines.append(line(run_id, "error", duration_ms=900, error_code="DNS", event_id=str(event_id(700 + n))))
        lines.append(line(run_id, stage="score", extra={"bucket": "High"}, event_id=str(event_id(800 + n))))
        lines.append(line(run_id, "vendor_call", status="success", vendor="unpriced", event_id=str(event_id(900 + n))))
    lines.append(line(run_id, "run_finish", stage=None, status="success", event_id=str(event_id(2))))
    return lines


def later(db: Db, **more: float) -> None:
    """Moves the clock and lets maintenance run twice: the door closes first, then events go."""
    moment = db.one("select clock_timestamp()") + timedelta(**more)
    for pause in (0, 2):
        db.set_now((moment + timedelta(minutes=pause)).isoformat())
        db.call("maintain")


def numbers(db: Db, run_id: str) -> list[tuple[Any, ...]]:
    stages = db.rows(
        "select stage, count_total, count_success, count_error, p50_ms, p95_ms, p99_ms, cost_usd, unpriced_calls,"
        " status, revision from obs.run_stage_stats where run_id = %s order by 1",
        (run_id,),
    )
    vendors = db.rows(
        "select vendor, calls, errors, cost_usd, unpriced_calls from obs.run_vendor_usage where run_id = %s order by 1",
        (run_id,),
    )
    return [*map(tuple, stages), *map(tuple, vendors), tuple(sorted(metrics(db, run_id).items()))]


@pytest.fixture
def nights(db: Db) -> Db:
    """The same night for four tenants, each with its own capture mode; runs r0 to r3."""
    db.call("set_price", vendor="tavily", unit="call", price_usd=0.01)
    for number, mode in enumerate(MODES):
        tenant = f"t{number}"
        db.call("create_tenant", tenant_id=tenant)
        db.call("set_setting", key="capture", value=Jsonb(mode), tenant_id=tenant)
        log_lines(db, [{**made, "tenant_id": tenant} for made in night(f"r{number}")])
    return db


def kept(db: Db) -> list[int]:
    return [
        db.one("select count(*) from obs.run_event_logs where run_id = %s", (f"r{number}",))
        for number in range(len(MODES))
    ]


def test_every_mode_has_the_same_numbers_before_and_after_thinning(nights: Db) -> None:
    db = nights
    first = numbers(db, "r0")
    assert [numbers(db, f"r{n}") for n in range(4)] == [first] * 4
    later(db, minutes=30)
    assert kept(db) == [462] * 4, "nothing goes within the resend window"
    later(db, hours=2)
    # Lifecycle, errors, items with facts and calls without a price stay in every mode.
    every, errors, sampled, by_stage = kept(db)
    assert (every, errors, by_stage) == (462, 62, 62)
    assert 62 + 60 <= sampled <= 62 + 140
    assert [numbers(db, f"r{n}") for n in range(4)] == [first] * 4
    assert [row.source for row in db.calls("recompute", run_id="r0")] == ["raw", "raw"]
    assert [row.source for row in db.calls("recompute", run_id="r1")] == ["rollup", "rollup"]
    assert drift(db, "r0", "t0") == []


def test_what_is_resent_after_thinning_is_quarantined_and_counts_no_second_time(nights: Db) -> None:
    db = nights
    first = numbers(db, "r1")
    later(db, hours=2)
    resent = [{**made, "tenant_id": "t1"} for made in night("r1")]
    accepted, duplicate, quarantined = log_lines(db, resent)
    assert (accepted, duplicate + quarantined) == (0, 462)
    assert quarantined >= 400
    db.call("tick")
    assert numbers(db, "r1") == first
    assert db.one("select array_agg(distinct reason) from obs.quarantined_events") == ["thinned"]


def test_a_late_failure_after_thinning_still_counts(nights: Db) -> None:
    db = nights
    later(db, hours=2)
    assert item(db, "r1", "crawl", ok=False, duration_ms=450, error_code="DNS") == "accepted"
    db.call("tick")
    row = stage_row(db, "r1", "crawl", "t1")
    assert (row.count_total, row.count_error, row.late_events, row.percentile_source) == (221, 21, 1, "rollup")
    assert abs(row.p95_ms - 900) <= 9


def test_a_sample_is_drawn_by_the_event_and_not_by_the_day(db: Db) -> None:
    drawn = """select count(*) filter (where obs._captured(%s::jsonb, 'crawl', md5(n::text)::uuid))
        from generate_series(1, 4000) n"""
    for mode, low, high in [
        ('"sample(0.1)"', 340, 460), ('"sample(0.5)"', 1900, 2100), ('"sample(0)"', 0, 0),
        ('"sample(1)"', 4000, 4000), ('"all"', 4000, 4000), ('"errors"', 0, 0), ("null", 4000, 4000),
        ('{"crawl": "errors", "*": "all"}', 0, 0), ('{"score": "errors"}', 4000, 4000),
    ]:  # fmt: skip
        count = db.one(drawn, (mode,))
        assert low <= count <= high, (mode, count)
        assert db.one(drawn, (mode,)) == count


def test_a_run_that_still_sends_events_is_not_thinned(db: Db) -> None:
    db.call("create_tenant", tenant_id="a")
    db.execute("""select obs.set_setting('capture', '"errors"', 'a')""")
    start(db)
    item(db, "r1", "crawl", event_id=event_id(1))
    db.call("finish_run", run_id="r1", status="crashed")
    db.execute("update obs.enrichment_runs set finished_at = finished_at - interval '2 hours'")
    assert item(db, "r1", "crawl", event_id=event_id(2)) == "accepted"
    db.call("tick")
    db.call("maintain")
    assert run_row(db, "r1").thinned_at is None
    assert item(db, "r1", "crawl", event_id=event_id(3)) == "accepted"
    db.call("tick")
    later(db, hours=2)
    assert run_row(db, "r1").thinned_at is not None


def test_an_open_run_and_one_with_unfolded_events_are_left_alone(db: Db) -> None:
    db.execute("""select obs.set_setting('capture', '"errors"')""")
    start(db, "open")
    start(db, "ended")
    for run in ("open", "ended"):
        item(db, run, "crawl")
    db.call("finish_run", run_id="ended")
    item(db, "ended", "crawl")
    later(db, hours=3)
    assert db.one("select count(*) from obs.run_event_logs") == 3
    db.set_now(None)
    db.call("tick")
    later(db, hours=3)
    assert db.one("select count(*) from obs.run_event_logs where run_id = 'ended'") == 0


def test_calls_without_a_price_can_be_priced_after_thinning(db: Db) -> None:
    db.execute("""select obs.set_setting('capture', '"errors"')""")
    start(db, started_at="2026-11-20T00:00:00Z")
    vendor_call(db, "r1", "late card", ts="2026-11-20T01:00:00Z")
    db.call("finish_run", run_id="r1")
    later(db, hours=2)
    assert db.one("select count(*) from obs.run_event_logs") == 1
    db.call("set_price", vendor="late card", unit="call", price_usd=2)
    assert len(db.calls("reprice", **{"from": "2026-11-20T00:00:00Z", "to": "2026-11-21T00:00:00Z"})) == 1
    assert (vendor_row(db, "r1", "late card").cost_usd, vendor_row(db, "r1", "late card").unpriced_calls) == (2, 0)


def test_only_capture_modes_that_mean_something_can_be_set(db: Db) -> None:
    for bad in ['"none"', '"sample"', '"sample(1.5)"', '"sample(-1)"', "5", "[]", "{}", '{"crawl": 5}', "null"]:
        problem = refused(db.execute, "select obs.set_setting('capture', %s::jsonb)", (bad,))
        assert problem.sqlstate == "22023", bad


def test_a_step_says_that_runs_are_left_though_nothing_had_to_go(db: Db) -> None:
    db.execute("""select obs.set_setting('capture', '"sample(1)"')""")
    for run in ("r1", "r2", "r3"):
        start(db, run)
        item(db, run, "crawl")
        db.call("finish_run", run_id=run)
    for minutes, pieces in ((180, 3), (183, 6)):
        db.set_now((db.one("select clock_timestamp()") + timedelta(minutes=minutes)).isoformat())
        answers = [db.one("select obs._thin_events(1)") > 0 for _ in range(8)]
        assert answers == [True] * pieces + [False] * (8 - pieces)
    assert db.one("select count(*) from obs.enrichment_runs where thin_done_at is null") == 0


def test_a_call_looks_at_so_many_events_and_the_next_goes_on_there(db: Db) -> None:
    db.execute("""select obs.set_setting('capture', '"errors"')""")
    log_lines(db, night("r1"))
    gone = []
    for minutes in (180, 183):
        db.set_now((db.one("select clock_timestamp()") + timedelta(minutes=minutes)).isoformat())
        before = db.one("select count(*) from obs.run_event_logs")
        while db.one("select obs._thin_events(100)"):
            left = db.one("select count(*) from obs.run_event_logs")
            gone.append(before - left)
            before = left
    assert max(gone) == 100
    assert sum(gone) == 200
    assert len(gone) == 1 + 5, "the door first; 462 events are five pieces"
    assert run_row(db, "r1").thin_done_at is not None
