"""Runs that nobody finished: closed as crashed by the server's clock, none too early, none for good."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from support.db import Db

RUN = "select * from obs.enrichment_runs where run_id = %s"


@pytest.fixture
def start(db: Db) -> datetime:
    """The clock stands still from now on; it moves when a test moves it."""
    moment: datetime = db.one("select date_trunc('second', clock_timestamp()) + interval '1 second'")
    db.set_now(str(moment))
    return moment


def at(db: Db, moment: datetime) -> Db:
    db.set_now(str(moment))
    return db


def run(db: Db, run_id: str) -> Any:
    return db.row(RUN, (run_id,))


def seconds(n: int) -> timedelta:
    return timedelta(seconds=n)


def test_heartbeats_a_minute_apart_keep_a_run_alive_all_night(db: Db, start: datetime) -> None:
    for n in range(3):
        db.call("start_run", tenant_id="a", run_id=f"run {n}")
        db.call("heartbeat", run_id=f"run {n}")
    for minute in range(1, 121):
        at(db, start + seconds(60 * minute - 1))
        assert db.call("tick")["crashed_runs"] == 0
        at(db, start + seconds(60 * minute))
        db.execute("select obs.heartbeat(run_id) from obs.enrichment_runs")
    assert db.rows("select distinct status from obs.enrichment_runs") == [("running",)]


def test_ninety_seconds_after_the_last_heartbeat_a_run_has_crashed(db: Db, start: datetime) -> None:
    db.call("start_run", tenant_id="a", run_id="r")
    db.call("start_stage", run_id="r", stage="crawl")
    last = start + seconds(600)
    at(db, last).call("heartbeat", run_id="r")
    assert at(db, last + seconds(90)).call("tick")["crashed_runs"] == 0
    assert at(db, last + seconds(91)).call("tick")["crashed_runs"] == 1
    closed = run(db, "r")
    assert (closed.status, closed.ended_at) == ("crashed", last)
    assert db.one("select status from obs.run_stage_stats where run_id = 'r'") == "crashed"
    assert at(db, last + seconds(1000)).call("tick")["crashed_runs"] == 0
    assert run(db, "r") == closed


def test_an_event_is_a_sign_of_life_too(db: Db, start: datetime) -> None:
    db.call("start_run", tenant_id="a", run_id="r")
    db.call("heartbeat", run_id="r")
    db.call("log_event", run_id="r", stage="crawl", event="finish", status="success")
    db.call("tick")
    received: datetime = run(db, "r").last_event_at
    assert at(db, received + seconds(89)).call("tick")["crashed_runs"] == 0
    assert at(db, max(received, start) + seconds(91)).call("tick")["crashed_runs"] == 1


def test_events_that_no_tick_has_folded_yet_keep_a_run_alive(db: Db, start: datetime) -> None:
    """The tick folds first and judges then."""
    db.call("start_run", tenant_id="a", run_id="r")
    db.call("heartbeat", run_id="r")
    later = start + seconds(200)
    db.call("log_event", run_id="r", stage="crawl", event="finish", status="success")
    db.execute("update obs.stage_deltas set last_received_at = %s", (later,))
    done = at(db, later).call("tick")
    assert (done["folded_runs"], done["crashed_runs"]) == (1, 0)


def test_a_run_that_never_sent_a_heartbeat_has_an_hour(db: Db, start: datetime) -> None:
    db.call("start_run", tenant_id="a", run_id="r")
    created: datetime = run(db, "r").created_at
    assert at(db, created + seconds(3599)).call("tick")["crashed_runs"] == 0
    assert at(db, created + seconds(3601)).call("tick")["crashed_runs"] == 1
    assert run(db, "r").ended_at == run(db, "r").started_at


def test_both_times_are_settings_of_a_tenant(db: Db, start: datetime) -> None:
    for tenant in ("a", "b"):
        for kind in ("beating", "silent"):
            db.call("start_run", tenant_id=tenant, run_id=f"{kind} {tenant}")
        db.call("heartbeat", run_id=f"beating {tenant}")
    db.execute("select obs.set_setting('heartbeat_timeout_s', '300', 'b')")
    db.execute("select obs.set_setting('silence_timeout_s', '60', 'b')")

    def crashed() -> set[str]:
        return {name for (name,) in db.rows("select run_id from obs.enrichment_runs where status = 'crashed'")}

    at(db, start + seconds(61)).call("tick")
    assert crashed() == {"silent b"}
    at(db, start + seconds(91)).call("tick")
    assert crashed() == {"silent b", "beating a"}
    at(db, start + seconds(300)).call("tick")
    assert crashed() == {"silent b", "beating a"}
    at(db, start + seconds(301)).call("tick")
    assert crashed() == {"silent b", "beating a", "beating b"}


@pytest.fixture
def crashed_run(db: Db, start: datetime) -> datetime:
    """The run `r` crashed; the moment at which that was found out."""
    db.call("start_run", tenant_id="a", run_id="r")
    db.call("log_event", run_id="r", stage="crawl", event="finish", status="success", logger="obs.stage")
    db.call("heartbeat", run_id="r")
    found = start + seconds(3700)
    assert at(db, found).call("tick")["crashed_runs"] == 1
    return found


def test_a_late_heartbeat_changes_nothing(db: Db, crashed_run: datetime) -> None:
    before = run(db, "r")
    at(db, crashed_run + seconds(5)).call("heartbeat", run_id="r")
    db.execute(
        """select obs.log_events('[{"logger": "obs.run", "event": "heartbeat", "run_id": "r", "tenant_id": "a"}]')"""
    )
    assert run(db, "r") == before
    assert db.call("tick")["crashed_runs"] == 0


@pytest.mark.parametrize("status", ["success", "partial", "error", "cancelled"])
def test_the_runs_own_end_wins_over_crashed(db: Db, crashed_run: datetime, status: str) -> None:
    before = run(db, "r")
    ended = crashed_run + seconds(60)
    at(db, ended).call("finish_run", run_id="r", status=status)
    after = run(db, "r")
    assert (after.status, after.ended_at, after.revision) == (status, ended, before.revision + 1)
    at(db, ended + seconds(7200)).call("tick")
    assert run(db, "r") == after


def test_a_finish_that_was_replayed_from_the_spool_wins_too(db: Db, crashed_run: datetime) -> None:
    db.execute(
        """select obs.log_events(
        '[{"logger": "obs.run", "event": "run_finish", "status": "success", "run_id": "r", "tenant_id": "a"}]')"""
    )
    assert run(db, "r").status == "success"


@pytest.mark.parametrize("status", ["success", "partial", "error", "cancelled"])
def test_a_run_that_ended_never_crashes(db: Db, start: datetime, status: str) -> None:
    db.call("start_run", tenant_id="a", run_id="r")
    db.call("heartbeat", run_id="r")
    db.call("finish_run", run_id="r", status=status)
    before = run(db, "r")
    assert at(db, start + timedelta(days=2)).call("tick")["crashed_runs"] == 0
    assert run(db, "r") == before


def test_a_run_that_somebody_is_finishing_is_left_to_them(db: Db, start: datetime) -> None:
    db.call("start_run", tenant_id="a", run_id="r")
    db.call("heartbeat", run_id="r")
    other = db.login()
    other.execute("begin")
    other.call("finish_run", run_id="r", status="success")
    assert at(db, start + timedelta(days=2)).call("tick")["crashed_runs"] == 0
    other.execute("commit")
    assert run(db, "r").status == "success"
