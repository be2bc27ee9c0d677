"""Expected runs: what became of each is told apart, at exact moments, and so are the alerts that follow from it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import psycopg
import pytest

from support.db import Db
from support.nights import Night, alerts, event, night, situation, start, status

__all__ = ["night"]


def test_before_the_first_moment_nothing_was_due(night: Night) -> None:
    row = status(night(-1))
    assert (row.situation, row.due_at, row.detail) == ("waiting", None, "nothing was due yet")
    assert row.next_due_at == status(night(0)).due_at


def test_a_run_that_never_starts_is_late_when_its_grace_is_over(night: Night) -> None:
    db = night(0)
    assert situation(db) == "waiting"
    db = night(30 - 1 / 60)
    assert (situation(db), alerts(db, "mv_01")) == ("waiting", [])
    db = night(30)
    row = status(db)
    assert (row.situation, row.run_id) == ("never_started", None)
    assert row.detail == "no run of kind nightly has started"
    (alert,) = alerts(db, "mv_01")
    assert (alert.run_id, alert.verdict, alert.value) == (None, "breach", 1)
    assert alert.details["situation"] == "never_started"
    assert alert.details["due_at"] == db.one("select to_jsonb(due_at) from obs.expected_run_status")
    assert alerts(db, "rn_13") == []
    assert situation(night(24 * 60 - 1)) == "never_started"
    assert situation(night(24 * 60)) == "waiting"


def test_a_run_that_beats_and_logs_is_running(night: Night) -> None:
    start(night(1))
    event(night(20), "crawl")
    night(40).call("heartbeat", run_id="r")
    row = status(night(41))
    assert (row.situation, row.run_id, row.detail) == ("running", "r", "running")
    assert row.last_sign_at == row.due_at + timedelta(minutes=40)
    assert alerts(night(41), "rn_13") == []


def test_a_run_that_beats_without_an_event_hangs_after_half_an_hour(night: Night) -> None:
    start(night(1))
    event(night(5), "crawl")
    night(35).call("heartbeat", run_id="r")
    assert situation(night(35)) == "running"
    row = status(night(35 + 1 / 60))
    assert (row.situation, row.detail) == ("hung", "sends heartbeats, but no event any more")
    night(200).call("heartbeat", run_id="r")
    night(200).call("tick")
    assert situation(night(200)) == "hung"


def test_the_time_to_hang_is_a_setting(night: Night) -> None:
    db = night(0)
    db.execute("select obs.set_setting('hang_after_s', '3600', 'a')")
    start(night(1))
    event(night(5), "crawl")
    night(65).call("heartbeat", run_id="r")
    assert situation(night(65)) == "running"
    assert situation(night(65.1)) == "hung"


def test_a_run_without_a_heartbeat_hangs_until_the_tick_calls_it_crashed(night: Night) -> None:
    start(night(1))
    event(night(5), "crawl")
    night(10).call("heartbeat", run_id="r")
    assert situation(night(11.5)) == "running"
    db = night(11.5 + 1 / 60)
    assert status(db).detail == "still open, without a heartbeat or an event"
    assert situation(db) == "hung"
    assert db.call("tick")["crashed_runs"] == 1
    assert situation(db) == "crashed"
    assert situation(night(500)) == "crashed"


def test_a_starting_stage_is_a_sign_that_work_goes_on(night: Night) -> None:
    start(night(1))
    event(night(5), "crawl")
    night(34).call("start_stage", run_id="r", stage="mv_refresh")
    night(60).call("heartbeat", run_id="r")
    assert situation(night(60)) == "running"


def test_a_run_whose_events_have_not_all_come_is_not_visible_yet(night: Night) -> None:
    start(night(1))
    event(night(2), "mv_refresh")
    night(3).call("finish_stage", run_id="r", stage="mv_refresh")
    event(night(4), "crawl")
    night(5).call("finish_stage", run_id="r", stage="crawl", expected_events=3)
    db = night(6)
    db.call("finish_run", run_id="r")
    row = status(db)
    assert (row.situation, row.detail) == ("not_visible", "ended as success, but 2 events of crawl have not come")
    event(db, "crawl")
    event(db, "crawl")
    assert status(db).situation == "not_visible"
    db.call("tick")
    assert (status(db).situation, status(db).detail) == ("done", "ended as success")


def test_late_events_that_nobody_added_up_are_not_visible(night: Night) -> None:
    start(night(1))
    db = night(2)
    db.call("finish_run", run_id="r", status="success")
    event(db, "mv_refresh", "error")
    row = status(db)
    assert row.detail == "ended as success, but events that came since have not been added up"
    assert (row.situation, row.mv_recorded) == ("not_visible", False)
    db.call("tick")
    assert (situation(db), status(db).mv_recorded) == ("done", True)


def overdue(db: Db) -> None:
    db.execute("update obs.jobs set last_success_at = clock_timestamp() - interval '10 minutes' where job = 'tick'")


def test_while_nobody_ticks_the_watcher_says_that_it_is_blind(night: Night) -> None:
    db = night(29)
    overdue(db)
    assert situation(db) == "waiting"
    db = night(30)
    row = status(db)
    assert (row.situation, row.apparent) == ("blind", "never_started")
    assert row.detail.startswith("nobody is watching: the job tick is overdue")
    db.call("tick")
    assert situation(db) == "never_started"


def test_what_is_decided_stays_decided_without_a_watcher(night: Night) -> None:
    start(night(1))
    db = night(2)
    db.call("finish_run", run_id="r", status="error")
    overdue(db)
    assert (situation(db), status(db).detail) == ("done", "ended as error")


def test_six_tenants_one_night_six_answers(night: Night) -> None:
    db = night(-24 * 60 + 1)
    schedule = db.one("select schedule from obs.expected_runs")
    for tenant in ("started", "hangs", "crashed", "lacking", "fine"):
        db.call("create_tenant", tenant_id=tenant)
        db.call("expect", tenant_id=tenant, schedule=schedule)
    for tenant in ("started", "hangs", "crashed", "lacking", "fine"):
        night(1).call("start_run", tenant_id=tenant, run_id=tenant)
        db.call("heartbeat", run_id=tenant)
    night(2).call("finish_stage", run_id="lacking", stage="crawl", expected_events=1)
    for tenant in ("lacking", "fine"):
        db.call("finish_run", run_id=tenant, status="success")
    night(28).call("start_stage", run_id="started", stage="crawl")
    for minute in range(3, 35):
        for tenant in ("started", "hangs"):
            night(minute).call("heartbeat", run_id=tenant)
        db.call("tick")
    db.execute("update obs.run_stage_stats set started_at = obs.now() where stage = 'crawl' and run_id = 'started'")
    assert dict(db.rows("select tenant_id, situation from obs.expected_run_status")) == {
        "a": "never_started", "started": "running", "hangs": "hung", "crashed": "crashed", "lacking": "not_visible",
        "fine": "done",
    }  # fmt: skip


def test_the_last_run_of_the_night_speaks_for_it(night: Night) -> None:
    start(night(1), "first")
    night(20).call("tick")
    start(night(21), "second")
    db = night(22)
    db.call("finish_run", run_id="second", status="success")
    row = status(db)
    assert (row.run_id, row.situation) == ("second", "done")


def test_a_run_may_start_an_hour_early_and_not_more(night: Night) -> None:
    start(night(-61), "too early")
    assert status(night(0)).run_id is None
    start(night(-60), "early")
    assert status(night(0)).run_id == "early"
    start(night(24 * 60 - 61), "late")
    assert status(night(24 * 60 - 61)).run_id == "late"
    start(night(24 * 60 - 60), "tomorrow's")
    assert status(night(24 * 60 - 30)).run_id == "late"
    assert status(night(24 * 60)).run_id == "tomorrow's"


def test_drills_and_runs_of_other_kinds_and_tenants_do_not_count(night: Night) -> None:
    db = night(1)
    db.call("start_run", tenant_id="a", run_id="by hand", kind="adhoc")
    db.call("start_run", tenant_id="b", run_id="another's")
    db.call("start_run", tenant_id="a", run_id="drill")
    db.execute("update obs.enrichment_runs set is_simulation = true where run_id = 'drill'")
    assert situation(night(30)) == "never_started"


@pytest.mark.parametrize(
    ("zone", "local", "moment", "wanted"),
    [
        ("Europe/Paris", "02:30", "2026-03-29 01:30", date(2026, 3, 29)),
        ("Europe/Paris", "02:30", "2026-10-25 01:30", date(2026, 10, 25)),
        ("Europe/Paris", "23:55", "2026-03-28 22:55", date(2026, 3, 28)),
        ("America/New_York", "23:30", "2026-03-08 04:30", date(2026, 3, 7)),
        ("UTC", "00:00", "2026-03-29 00:00", date(2026, 3, 29)),
    ],
)
def test_a_run_belongs_to_the_local_date_it_was_due_on(
    db: Db, zone: str, local: str, moment: str, wanted: date
) -> None:
    db.call("create_tenant", tenant_id="a", time_zone=zone)
    due = datetime.fromisoformat(f"{moment}+00:00")
    db.set_now(str(due - timedelta(hours=3)))
    assert db.call("expect", tenant_id="a", schedule=local) == due
    db.set_now(str(due + timedelta(minutes=20)))  # past midnight in Paris and in New York
    db.call("start_run", tenant_id="a", run_id="r")
    db.set_now(str(due + timedelta(hours=1)))
    row = status(db)
    assert (row.due_at, row.night, row.run_id, row.time_zone) == (due, wanted, "r", zone)


def test_days_on_which_clocks_jump_expect_one_run_each(db: Db) -> None:
    db.call("create_tenant", tenant_id="a", time_zone="Europe/Paris")
    for first in ("2026-03-27", "2026-10-23"):
        db.set_now(f"{first} 12:00+00")
        db.call("expect", tenant_id="a", schedule="02:15")
        found = []
        for hour in range(4 * 24):
            db.set_now(str(datetime.fromisoformat(f"{first} 12:30+00:00") + timedelta(hours=hour)))
            found.append((status(db).due_at, status(db).night))
        assert len(set(found) - {(None, None)}) == len({night for _, night in found if night}) == 4
        db.call("unexpect", tenant_id="a")


def test_an_expectation_follows_the_tenants_zone_unless_it_has_its_own(db: Db) -> None:
    db.call("create_tenant", tenant_id="a", time_zone="Europe/Paris")
    db.set_now("2026-06-01 12:00+00")
    assert str(db.call("expect", tenant_id="a", schedule="02:30")) == "2026-06-02 00:30:00+00:00"
    own = db.call("expect", tenant_id="a", schedule="02:30", time_zone="America/New_York", name="ny")
    assert str(own) == "2026-06-02 06:30:00+00:00"
    db.call("create_tenant", tenant_id="a", time_zone="UTC")
    zones = dict(db.rows("select name, time_zone from obs.expected_run_status"))
    assert zones == {"nightly": "UTC", "ny": "America/New_York"}


def test_expecting_twice_changes_nothing_and_a_new_schedule_looks_forward(db: Db) -> None:
    db.call("create_tenant", tenant_id="a")
    db.set_now("2026-06-01 12:00+00")
    db.call("expect", tenant_id="a", schedule="02:30")
    before = db.row("select * from obs.expected_runs")
    db.set_now("2026-06-03 12:00+00")
    db.call("expect", tenant_id="a", schedule="02:30")
    assert db.row("select * from obs.expected_runs") == before
    assert db.one("select count(*) from obs.audit_log where action = 'expect'") == 1
    assert situation(db) != "waiting"
    db.call("expect", tenant_id="a", schedule="02:30", grace="2 hours")
    assert db.one("select expected_since from obs.expected_runs") == before.expected_since
    db.call("expect", tenant_id="a", schedule="03:30")
    assert status(db).detail == "nothing was due yet"


def test_what_is_expected_no_more_is_gone(night: Night) -> None:
    db = night(40)
    assert db.call("unexpect", tenant_id="a") is True
    assert db.call("unexpect", tenant_id="a") is False
    assert db.rows("select * from obs.expected_run_status") == []
    assert alerts(db, "mv_01") == []
    assert db.rows("select action from obs.audit_log where action like '%expect' order by audit_id") == [
        ("expect",),
        ("unexpect",),
    ]


@pytest.mark.parametrize(
    ("arguments", "state", "said"),
    [
        ({"tenant_id": "nobody"}, "OB001", "tenant 'nobody' does not exist"),
        ({"tenant_id": None}, "22023", "an expected run needs a tenant"),
        ({"time_zone": "Mars/Olympus"}, "22023", "time zone 'Mars/Olympus' is not known"),
        ({"grace": "-1 minute"}, "22023", "is not between 0 and 1 day"),
        ({"grace": "25 hours"}, "22023", "is not between 0 and 1 day"),
        ({"grace": None}, "22023", "grace NULL is not between"),
        ({"schedule": "*/10 * * * *"}, "22023", "grace 00:30:00 is more than half of the 00:10:00 between two moments"),
        ({"schedule": "0 2,3 * * *", "grace": "31 minutes"}, "22023", "is more than half of the 01:00:00 between"),
        ({"grace": "13 hours"}, "22023", "is more than half of the"),
        ({"name": ""}, "22023", "name must have 1 to 128"),
        ({"kind": "x" * 129}, "22023", "kind must have 1 to 128"),
    ],
)
def test_an_impossible_expectation_is_refused(db: Db, arguments: dict[str, Any], state: str, said: str) -> None:
    db.call("create_tenant", tenant_id="a")
    with pytest.raises(psycopg.Error, match=said) as refused:
        db.call("expect", **{"tenant_id": "a", "schedule": "02:30"} | arguments)
    assert refused.value.sqlstate == state


def test_ops_see_all_expectations_and_readers_their_own(db: Db, tenants: tuple[str, str]) -> None:
    for tenant in tenants:
        db.call("expect", tenant_id=tenant, schedule="02:30")
    assert len(db.login("test_ops").rows("select * from obs.expected_run_status")) == 2
    assert len(db.login("test_admin").rows("select * from obs.condition_rn_13")) == 0
    assert db.login("test_reader_a").rows("select tenant_id from obs.expected_runs") == [("a",)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.login("test_writer_a").call("expect", tenant_id="a", schedule="03:30")
