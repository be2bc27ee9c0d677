"""What a stage's row says: counts, tries, durations, completeness."""

from __future__ import annotations

from support.db import Db
from support.pipeline import drift, item, line, log_lines, refused, stage_row, start, vendor_call

NUMBERS = ("count_total", "count_success", "count_error", "count_retry", "count_duration", "p50_ms", "p95_ms", "p99_ms")


def numbers(row) -> tuple:
    return tuple(getattr(row, name) for name in NUMBERS)


def test_items_are_counted_by_their_outcome(db: Db) -> None:
    start(db)
    for ms in (10, 20, 30, 40):
        item(db, "r1", "crawl", duration_ms=ms)
    item(db, "r1", "crawl", ok=False, duration_ms=1000, error_code="DNS")
    row = db.call("finish_stage", run_id="r1", stage="crawl")
    assert numbers(row) == (5, 4, 1, 0, 5, 30, 1000, 1000)
    assert (row.p50_success_ms, row.p95_success_ms, row.p99_success_ms) == (20, 40, 40)
    assert (row.status, row.percentile_source, row.complete, row.revision, row.late_events) == (
        "success",
        "raw",
        True,
        1,
        0,
    )
    assert drift(db, "r1") == []


def test_three_tries_then_success_are_one_item_and_no_error(db: Db) -> None:
    start(db)
    for _ in range(2):
        db.call("log_event", run_id="r1", stage="crawl", event="retry", status="retry", company_id="c1")
        vendor_call(db, "r1", "tavily", "error", stage="crawl", error_code="HTTP_500")
    vendor_call(db, "r1", "tavily", stage="crawl")
    item(db, "r1", "crawl", company_id="c1", duration_ms=900)
    row = db.call("finish_stage", run_id="r1", stage="crawl")
    assert numbers(row)[:4] == (1, 1, 0, 2)
    assert row.events_seen == 6
    assert db.row("select calls, errors from obs.run_vendor_usage") == (3, 2)


def test_what_is_no_item_counts_nowhere(db: Db) -> None:
    start(db)
    odd = [("finish", "error"), ("error", "success"), ("finish", "retry"), ("done", "success"), ("note", None)]
    for event, status in odd:
        db.call("log_event", run_id="r1", stage="crawl", event=event, status=status, duration_ms=5)
    db.call("log_event", run_id="r1", stage=None, event="finish", status="success")
    log_lines(db, [line("r1", logger="obs.qa", event="check"), line("r1", logger="my.app")])
    row = db.call("finish_stage", run_id="r1", stage="crawl")
    assert numbers(row) == (0, 0, 0, 0, 0, None, None, None)
    assert (row.events_seen, row.status) == (7, "success")
    assert db.one("select count(*) from obs.run_event_logs") == 8


def test_a_stage_without_work_has_a_row_of_zeros_and_no_rates(db: Db) -> None:
    start(db)
    row = db.call("finish_stage", run_id="r1", stage="crawl")
    assert numbers(row) == (0, 0, 0, 0, 0, None, None, None)
    assert (row.status, row.percentile_source, row.cost_usd) == ("success", "none", 0)
    seen = db.row("select crawl_success_rate, tavily_fallback_rate, email_verified_rate from obs.run_overview")
    assert seen == (None, None, None)
    assert db.one("select count(*) from obs.run_stage_stats where stage = 'tavily'") == 0, "not run is not zero"


def test_items_without_a_duration_count_and_leave_the_percentiles_alone(db: Db) -> None:
    start(db)
    for ms in (None, 7, None, None):
        item(db, "r1", "crawl", duration_ms=ms)
    assert numbers(db.call("finish_stage", run_id="r1", stage="crawl")) == (4, 4, 0, 0, 1, 7, 7, 7)
    item(db, "r1", "score", duration_ms=None)
    assert numbers(db.call("finish_stage", run_id="r1", stage="score")) == (1, 1, 0, 0, 0, None, None, None)
    assert drift(db, "r1") == []


def test_status_is_derived_from_the_items_unless_given(db: Db) -> None:
    start(db)
    for stage, outcomes, given, expected in [
        ("none", [], None, "success"),
        ("all good", [True, True], None, "success"),
        ("some bad", [True, False], None, "success"),
        ("all bad", [False, False], None, "error"),
        ("said so", [True], "partial", "partial"),
        ("cancelled", [], "cancelled", "cancelled"),
    ]:
        for ok in outcomes:
            item(db, "r1", stage, ok=ok)
        assert db.call("finish_stage", run_id="r1", stage=stage, status=given).status == expected, stage


def test_expected_events_make_missing_ones_visible(db: Db) -> None:
    start(db)
    item(db, "r1", "crawl")
    first = db.call("finish_stage", run_id="r1", stage="crawl", expected_events=3)
    assert (first.events_seen, first.expected_events, first.complete) == (1, 3, False)
    item(db, "r1", "crawl")
    db.call("tick")
    assert stage_row(db, "r1", "crawl").complete is False
    item(db, "r1", "crawl")
    db.call("tick")
    row = stage_row(db, "r1", "crawl")
    assert (row.complete, row.count_total, row.late_events, row.revision) == (True, 3, 2, 3)
    assert db.call("finish_stage", run_id="r1", stage="crawl", expected_events=4).complete is False
    assert db.call("finish_stage", run_id="r1", stage="score").complete is True


def test_planned_items_and_the_start_are_kept(db: Db) -> None:
    start(db)
    db.call("start_stage", run_id="r1", stage="crawl", planned=190, started_at="2026-11-01T10:00:00Z")
    db.call("start_stage", run_id="r1", stage="crawl", started_at="2026-11-01T11:00:00Z")
    log_lines(db, [line("r1", "stage_start", stage="score", ts="2026-11-01T12:00:00Z", extra={"planned": 5})])
    crawl, score = stage_row(db, "r1", "crawl"), stage_row(db, "r1", "score")
    assert (crawl.planned, crawl.started_at.hour, crawl.status) == (190, 10, "running")
    assert (score.planned, score.started_at.hour) == (5, 12)


def test_two_runs_of_one_tenant_at_once_keep_their_own_numbers(db: Db) -> None:
    start(db, "nightly")
    start(db, "extra", kind="adhoc")
    for n in range(6):
        item(db, "nightly" if n % 3 else "extra", "crawl", duration_ms=n)
    db.call("tick")
    assert (stage_row(db, "nightly", "crawl").count_total, stage_row(db, "extra", "crawl").count_total) == (4, 2)
    kinds = db.rows("select run_id, kind from obs.run_overview order by 1")
    assert kinds == [("extra", "adhoc"), ("nightly", "nightly")]


def test_bad_arguments_are_refused_and_change_nothing(db: Db) -> None:
    start(db)
    for arguments, state in [
        ({"run_id": "r1", "stage": "crawl", "status": "done"}, "22023"),
        ({"run_id": "r1", "stage": "crawl", "status": "running"}, "22023"),
        ({"run_id": "r1", "stage": ""}, "22023"),
        ({"run_id": "r1", "stage": None}, "22023"),
        ({"run_id": "r1", "stage": "s" * 129}, "22023"),
        ({"run_id": "r2", "stage": "crawl"}, "OB002"),
        ({"run_id": None, "stage": "crawl"}, "OB002"),
        ({"run_id": "r1", "stage": "crawl", "tenant_id": "b"}, "OB002"),
    ]:
        assert refused(db.call, "finish_stage", **arguments).sqlstate == state, arguments
    assert db.one("select count(*) from obs.run_stage_stats") == 0
