"""Counting again from raw events, a second way, always comes to what is stored; and it would notice if it did not."""

from __future__ import annotations

import random
from typing import Any

import pytest

from support.db import Db
from support.pipeline import drift, event_id, item, line, log_batch, log_lines, start


def soup(rng: random.Random, number: int) -> dict[str, Any]:
    """One event of any kind, with anything that may be odd about it."""
    event = rng.choice(["finish", "finish", "error", "retry", "vendor_call", "note", "stage_start", "metric", "finish"])
    made = line(
        rng.choice(["r1", "r2"]),
        event,
        stage=rng.choice(["crawl", "score", "odd stage", None]),
        duration_ms=rng.choice([None, 0, 1, rng.randrange(10**4), rng.randrange(10**9), -5, "x", 2**40]),
        cost_usd=rng.choice([None, None, "0.00007", 0, "-1", "1e-7", "NaN", 123456.789]),
        tokens_input=rng.choice([None, rng.randrange(10**5), "12", -1]),
        tokens_output=rng.choice([None, rng.randrange(10**5), 10**12]),
        error_code=rng.choice([None, "DNS", "HTTP_429"]),
        event_id=str(event_id(number)),
    )
    if event == "vendor_call":
        made |= {"vendor": rng.choice(["openai", "tavily"]), "status": rng.choice(["success", "error"])}
        made["extra"] = rng.choice([{}, {"cache_hit": True}, {"tokens_cached": 10}, {"tokens_cached": "x"}])
    if rng.random() < 0.2:
        made["status"] = rng.choice(["success", "error", "retry", ""])
    if event == "finish" and rng.random() < 0.3:
        made["extra"] = {"bucket": rng.choice(["High", "Low"]), "email_status": rng.choice(["valid", "unknown"])}
    return made


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_stored_numbers_are_those_of_the_raw_events_whatever_came_in_whatever_order(db: Db, seed: int) -> None:
    rng = random.Random(seed)
    db.call("set_price", vendor="openai", unit="input_token", price_usd=0.003, per_units=1000)
    db.call("set_price", vendor="openai", unit="output_token", price_usd=0.006, per_units=1000)
    db.call("set_price", vendor="tavily", unit="call", price_usd=0.008)
    for run in ("r1", "r2"):
        start(db, run)
    for _ in range(12):
        lines = [soup(rng, rng.randrange(2000)) for _ in range(80)]
        if rng.random() < 0.7:
            log_lines(db, lines)
        else:
            odd = [one for one in lines if all(not isinstance(value, str) or value != "x" for value in one.values())]
            log_batch(db, [{**one, "duration_ms": one.get("duration_ms") or None} for one in odd])
        match rng.randrange(5):
            case 0:
                db.call("tick")
            case 1:
                db.call("finish_stage", run_id="r1", stage=rng.choice(["crawl", "score"]))
            case 2 if rng.random() < 0.3:
                db.call("finish_run", run_id="r2")
    db.call("tick")
    assert [drift(db, run) for run in ("r1", "r2")] == [[], []]
    sums = db.row(
        """select sum(count_total) as items, sum(count_retry) as retries, sum(cost_usd_exact) as usd,
            sum(tokens_input_exact) as tokens, sum(events_seen) as seen from obs.run_stage_stats"""
    )
    raw = db.row(
        """select count(*) filter (where kind = 'item') as items, count(*) filter (where kind = 'retry') as retries,
            sum(cost_usd) as usd, sum(tokens_input) as tokens, count(*) as seen
        from obs.run_event_logs where stage is not null and kind <> 'lifecycle'"""
    )
    assert tuple(sums) == tuple(raw)
    vendors = db.row("select sum(calls), sum(cost_usd_exact) as usd from obs.run_vendor_usage")
    assert tuple(vendors) == tuple(
        db.row(
            "select count(*) filter (where kind = 'call'), coalesce(sum(cost_usd), 0) as usd"
            " from obs.run_event_logs where vendor is not null and kind <> 'lifecycle'"
        )
    )


def test_a_number_that_was_tampered_with_is_noticed(db: Db) -> None:
    for column in ("count_success", "p95_ms", "cost_usd_exact", "count_retry", "tokens_output_exact"):
        run = f"run of {column}"
        start(db, run)
        item(db, run, "crawl", duration_ms=5, cost_usd=1)
        db.call("finish_run", run_id=run)
        assert drift(db, run) == []
        more = ", count_total = count_total + 1" if column == "count_success" else ""
        more += ", p99_ms = p99_ms + 1" if column == "p95_ms" else ""
        db.execute(f"update obs.run_stage_stats set {column} = {column} + 1{more} where run_id = %s", (run,))
        assert [row.stage for row in drift(db, run)] == ["crawl"], column


def test_events_not_yet_added_up_show_as_a_difference(db: Db) -> None:
    start(db)
    item(db, "r1", "crawl")
    found = db.calls("recompute", run_id="r1")
    assert [(row.stage, row.count_total, row.source, row.matches) for row in found] == [("crawl", 1, "raw", False)]
    db.call("tick")
    assert drift(db, "r1") == []


def test_without_raw_events_it_says_so_and_returns_what_is_stored(db: Db) -> None:
    start(db, started_at="2026-03-04T00:00Z")
    for ms in (5, 6):
        item(db, "r1", "crawl", duration_ms=ms)
    stored = db.call("finish_stage", run_id="r1", stage="crawl")
    db.execute("update obs.event_days set dropped_at = now() where run_day = '2026-03-04'")
    db.execute("drop table obs.run_event_logs_20260304")
    (row,) = db.calls("recompute", run_id="r1")
    assert (row.source, row.matches, row.count_total, row.p50_ms, row.p95_ms) == ("rollup", True, 2, 5, 6)
    assert (stored.p50_ms, stored.p95_ms) == (row.p50_ms, row.p95_ms)
