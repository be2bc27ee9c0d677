"""What arrives after a finish revises the numbers, marked; a finish happens once."""

from __future__ import annotations

from support.db import Db
from support.pipeline import (
    drift,
    event_id,
    item,
    line,
    log_lines,
    refused,
    run_row,
    stage_row,
    start,
    vendor_call,
    vendor_row,
)


def test_late_events_revise_the_row_and_are_counted_as_late(db: Db) -> None:
    start(db)
    item(db, "r1", "crawl", duration_ms=10)
    db.call("finish_stage", run_id="r1", stage="crawl")
    db.call("finish_run", run_id="r1")
    for number, ok in enumerate((True, False)):
        item(db, "r1", "crawl", ok=ok, duration_ms=500, event_id=event_id(number))
        vendor_call(db, "r1", "tavily", stage="crawl", cost_usd=1)
    assert stage_row(db, "r1", "crawl").count_total == 1, "not before the next tick"
    assert db.call("tick")["folded_runs"] == 1
    row = stage_row(db, "r1", "crawl")
    assert (row.count_total, row.count_error, row.p50_ms, row.p95_ms, row.cost_usd) == (3, 1, 500, 500, 2)
    assert (row.revision, row.late_events, row.status) == (2, 4, "success")
    assert (run_row(db, "r1").revision, run_row(db, "r1").late_events, run_row(db, "r1").status) == (2, 4, "success")
    assert vendor_row(db, "r1", "tavily").calls == 2
    assert drift(db, "r1") == []
    assert db.call("tick")["folded_runs"] == 0
    assert stage_row(db, "r1", "crawl") == row


def test_a_second_finish_gives_the_same_row(db: Db) -> None:
    start(db)
    item(db, "r1", "crawl", duration_ms=10)
    first = db.call("finish_stage", run_id="r1", stage="crawl")
    assert db.call("finish_stage", run_id="r1", stage="crawl") == first
    assert db.call("finish_stage", run_id="r1", stage="crawl", status="success") == first
    ended = db.call("finish_run", run_id="r1")
    assert db.call("finish_run", run_id="r1") == ended
    assert db.call("finish_run", run_id="r1", status="success") == ended


def test_a_second_finish_takes_late_events_in(db: Db) -> None:
    start(db)
    item(db, "r1", "crawl")
    db.call("finish_stage", run_id="r1", stage="crawl")
    item(db, "r1", "crawl", ok=False)
    again = db.call("finish_stage", run_id="r1", stage="crawl")
    assert (again.count_total, again.count_error, again.revision, again.late_events) == (2, 1, 2, 1)


def test_another_status_after_the_end_is_refused(db: Db) -> None:
    start(db)
    db.call("finish_stage", run_id="r1", stage="crawl", status="partial")
    problem = refused(db.call, "finish_stage", run_id="r1", stage="crawl", status="success")
    assert problem.sqlstate == "OB003"
    assert "already finished as partial" in str(problem)
    db.call("finish_run", run_id="r1", status="error")
    assert refused(db.call, "finish_run", run_id="r1", status="success").sqlstate == "OB003"
    assert refused(db.call, "finish_run", run_id="r1", status="crashed").sqlstate == "OB003"
    assert refused(db.call, "start_stage", run_id="r1", stage="score").sqlstate == "OB003"
    lines = [line("r1", "stage_finish", status="success"), line("r1", "run_finish", stage=None, status="success")]
    assert log_lines(db, lines) == (2, 0, 0)
    assert (stage_row(db, "r1", "crawl").status, run_row(db, "r1").status) == ("partial", "error")


def test_crashed_gives_way_to_a_real_finish(db: Db) -> None:
    start(db)
    item(db, "r1", "crawl")
    crashed = db.call("finish_run", run_id="r1", status="crashed")
    assert (crashed.status, stage_row(db, "r1", "crawl").status) == ("crashed", "crashed")
    item(db, "r1", "crawl")
    assert db.call("finish_stage", run_id="r1", stage="crawl").status == "success"
    ended = db.call("finish_run", run_id="r1")
    assert (ended.status, ended.revision > crashed.revision) == ("success", True)
    assert db.call("finish_run", run_id="r1") == ended


def test_crashed_twice_is_once(db: Db) -> None:
    start(db)
    item(db, "r1", "crawl")
    first = db.call("finish_run", run_id="r1", status="crashed")
    stage = stage_row(db, "r1", "crawl")
    assert db.call("finish_run", run_id="r1", status="crashed") == first
    assert stage_row(db, "r1", "crawl") == stage


def test_a_stage_that_only_late_events_tell_of_does_not_stay_open(db: Db) -> None:
    start(db)
    db.call("finish_run", run_id="r1")
    item(db, "r1", "score", ok=False, ts="2026-11-01T10:00:00Z")
    log_lines(db, [line("r1", "stage_start", stage="export"), line("r1", stage="tavily")])
    db.call("tick")
    found = db.rows("select stage, status, ended_at is null from obs.run_stage_stats order by 1")
    assert found == [("export", "success", False), ("score", "error", False), ("tavily", "success", False)]
