"""A run that shows no sign of life is closed as crashed, by the server's clock; a sign of life keeps it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from support.db import Db
from support.pipeline import item, run_row, stage_row, start


@pytest.fixture
def clock(db: Db) -> datetime:
    moment: datetime = db.one("select clock_timestamp()")
    return moment


def tick_at(db: Db, clock: datetime, **later: float) -> int:
    db.set_now((clock + timedelta(**later)).isoformat())
    crashed: int = db.call("tick")["crashed_runs"]
    return crashed


def test_a_run_with_heartbeats_is_crashed_ninety_seconds_after_the_last(db: Db, clock: datetime) -> None:
    start(db)
    for second in (30, 60, 90):
        db.set_now((clock + timedelta(seconds=second)).isoformat())
        db.call("heartbeat", run_id="r1")
    assert tick_at(db, clock, seconds=179) == 0
    assert tick_at(db, clock, seconds=181) == 1
    row = run_row(db, "r1")
    assert (row.status, row.ended_at) == ("crashed", clock + timedelta(seconds=90))


def test_a_run_without_heartbeats_has_an_hour_of_silence(db: Db, clock: datetime) -> None:
    start(db)
    item(db, "r1", "crawl")
    assert tick_at(db, clock, minutes=59) == 0
    assert tick_at(db, clock, minutes=61) == 1
    assert (run_row(db, "r1").status, stage_row(db, "r1", "crawl").status) == ("crashed", "crashed")
    assert run_row(db, "r1").ended_at < clock + timedelta(minutes=5)


def test_events_are_signs_of_life_whatever_their_own_clock_says(db: Db, clock: datetime) -> None:
    start(db, started_at="2026-11-01T00:00:00Z")
    item(db, "r1", "crawl", ts="2026-11-01T00:00:01Z")
    assert tick_at(db, clock, minutes=30) == 0


def test_the_windows_are_settings_of_the_tenant(db: Db, clock: datetime) -> None:
    for tenant in ("quick", "slow"):
        start(db, tenant_id=tenant)
    db.execute("select obs.set_setting('silence_timeout_s', '60', 'quick')")
    assert tick_at(db, clock, minutes=3) == 1
    assert (run_row(db, "r1", "quick").status, run_row(db, "r1", "slow").status) == ("crashed", "running")


def test_a_heartbeat_after_the_end_changes_nothing(db: Db, clock: datetime) -> None:
    start(db)
    db.call("finish_run", run_id="r1")
    ended = run_row(db, "r1")
    db.call("heartbeat", run_id="r1")
    assert tick_at(db, clock, days=3) == 0
    assert run_row(db, "r1") == ended


def test_a_run_that_was_only_asleep_ends_as_it_says(db: Db, clock: datetime) -> None:
    start(db)
    tick_at(db, clock, hours=2)
    db.call("start_stage", run_id="r1", stage="crawl")
    item(db, "r1", "crawl")
    assert db.call("finish_stage", run_id="r1", stage="crawl").status == "success"
    assert db.call("finish_run", run_id="r1").status == "success"
    assert tick_at(db, clock, hours=9) == 0
