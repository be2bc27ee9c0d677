"""MV-01 and RN-13: which runs and nights are in breach, and that no trouble is told twice."""

from __future__ import annotations

from typing import Any

import pytest

from support.db import Db
from support.nights import Night, alerts, event, night, start

__all__ = ["night"]


def refresh(db: Db, *statuses: str, run_id: str = "r", **more: Any) -> None:
    for status in statuses:
        event(db, "mv_refresh", status, run_id, **more)
    db.call("finish_stage", run_id=run_id, stage="mv_refresh")


def verdicts(db: Db, condition: str) -> list[tuple[str | None, str, int]]:
    return [(row.run_id, row.verdict, int(row.value)) for row in alerts(db, condition)]


def test_a_refresh_recorded_in_time_leaves_its_run_to_decide(night: Night) -> None:
    start(night(1))
    refresh(night(20), "success")
    assert verdicts(night(31), "mv_01") == [("r", "ok", 0)]


def test_a_failed_refresh_names_its_errors(night: Night) -> None:
    start(night(1))
    refresh(night(20), "error", "error", error_code="LOCK_TIMEOUT")
    (row,) = alerts(night(31), "mv_01")
    assert (row.run_id, row.verdict, row.value) == ("r", "breach", 2)
    assert row.details.pop("due_at") == night(1).one("select to_jsonb(obs.now())")
    assert row.details == {"cause": "errors", "sample": 2, "status": "error", "error_codes": {"LOCK_TIMEOUT": 2}}


def test_a_refresh_that_ended_as_error_without_an_item_is_a_failure(db: Db) -> None:
    db.call("start_run", tenant_id="a", run_id="r")
    db.call("finish_stage", run_id="r", stage="mv_refresh", status="error")
    assert verdicts(db, "mv_01") == [("r", "breach", 1)]


def test_an_open_refresh_says_nothing_and_a_cancelled_one_neither(db: Db) -> None:
    db.call("start_run", tenant_id="a", run_id="r")
    db.call("start_stage", run_id="r", stage="mv_refresh")
    assert verdicts(db, "mv_01") == []
    db.call("finish_run", run_id="r", status="cancelled")
    assert verdicts(db, "mv_01") == []


@pytest.mark.parametrize("situation", ["running", "hung", "crashed", "done"])
def test_a_refresh_that_is_missing_is_told_with_the_cause(night: Night, situation: str) -> None:
    start(night(1))
    event(night(25), "crawl")
    if situation in ("running", "hung"):
        night(31).call("heartbeat", run_id="r")
    if situation == "crashed":
        night(31).call("tick")
    if situation == "done":
        night(29).call("finish_run", run_id="r", status="cancelled")
    (row,) = alerts(night(31 if situation != "hung" else 33), "mv_01")
    assert (row.run_id, row.verdict, row.details["situation"]) == (None, "breach", situation)
    assert row.details["run_id"] == "r"
    assert verdicts(night(31), "rn_13") == ([("r", "ok", 0)] if situation == "done" else [])


def test_a_late_refresh_takes_the_missing_one_away(night: Night) -> None:
    start(night(40))
    assert verdicts(night(40), "mv_01") == [(None, "breach", 1)]
    refresh(night(41), "success")
    assert verdicts(night(41), "mv_01") == [("r", "ok", 0)]


def test_a_second_run_of_the_night_may_record_it(night: Night) -> None:
    start(night(1), "first")
    night(10).call("tick")
    start(night(11), "second")
    refresh(night(20), "success", run_id="second")
    assert verdicts(night(21), "mv_01") == [("second", "ok", 0)]
    assert verdicts(night(21), "rn_13") == [("first", "breach", 1)]


def test_the_missing_refresh_of_one_night_is_not_told_by_the_run_the_next_day(night: Night) -> None:
    start(night(1))
    night(10).call("tick")
    assert verdicts(night(24 * 60 + 5), "rn_13") == []


def test_a_kind_that_refreshes_nothing_is_missed_only_when_it_does_not_start(night: Night) -> None:
    db = night(-1)
    schedule = db.one("select schedule from obs.expected_runs")
    db.call("unexpect", tenant_id="a")
    db.call("expect", tenant_id="a", schedule=schedule, kind="weekly", name="weekly")
    assert verdicts(night(30), "mv_01") == [(None, "breach", 1)]
    start(night(31), kind="weekly")
    assert verdicts(night(32), "mv_01") == []
    assert verdicts(night(33), "rn_13") == [("r", "breach", 1)]
    night(33).call("finish_run", run_id="r", status="success")
    assert verdicts(night(33), "mv_01") == []
    assert verdicts(night(33), "rn_13") == [("r", "ok", 0)]


def test_a_kind_that_once_refreshed_is_meant_to(night: Night) -> None:
    db = night(-1)
    schedule = db.one("select schedule from obs.expected_runs")
    db.call("unexpect", tenant_id="a")
    db.call("expect", tenant_id="a", schedule=schedule, kind="daily", name="daily")
    start(night(-600), "before", kind="daily")
    night(-600).call("finish_stage", run_id="before", stage="mv_refresh")
    night(-600).call("finish_run", run_id="before", status="success")
    start(night(1), kind="daily")
    night(2).call("finish_run", run_id="r", status="success")
    assert verdicts(night(30), "mv_01") == [("before", "ok", 0), (None, "breach", 1)]


def test_a_run_that_crashes_after_its_refresh_is_told_by_itself(night: Night) -> None:
    start(night(1))
    refresh(night(2), "success")
    night(10).call("tick")
    assert verdicts(night(31), "mv_01") == [("r", "ok", 0)]
    (row,) = alerts(night(31), "rn_13")
    assert (row.verdict, row.value, row.details["situation"]) == ("breach", 1, "crashed")
    night(40).call("finish_run", run_id="r", status="success")
    assert verdicts(night(41), "rn_13") == [("r", "ok", 0)]


def test_a_run_that_nobody_expected_is_watched_too(night: Night) -> None:
    start(night(1), kind="adhoc")
    assert verdicts(night(2), "rn_13") == []
    assert verdicts(night(3.1), "rn_13") == [("r", "breach", 1)]
    night(4).call("tick")
    assert alerts(night(4), "rn_13")[0].details["situation"] == "crashed"


def test_missing_events_have_five_minutes_to_come(night: Night) -> None:
    db = night(1)
    start(db, kind="adhoc")
    db.call("finish_stage", run_id="r", stage="crawl", expected_events=2)
    db.call("finish_run", run_id="r", status="success")
    db.execute("update obs.enrichment_runs set finished_at = obs.now()")
    assert verdicts(night(5), "rn_13") == []
    assert verdicts(night(6), "rn_13") == [("r", "breach", 1)]


def test_both_conditions_have_the_columns_of_all(db: Db) -> None:
    columns = [
        "alert_code",
        "tenant_id",
        "run_id",
        "subject",
        "value",
        "threshold",
        "severity",
        "verdict",
        "summary",
        "details",
    ]
    for condition in ("mv_01", "rn_13"):
        cursor = db.execute(f"select * from obs.condition_{condition}")
        assert [column.name for column in cursor.description or ()] == columns
