"""What obs.start() and obs.stop() do to pg_cron's tables, and what they ask for when they may not."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from support.checker import checking, findings
from support.db import Db

EVERYTHING = "select * from cron.job order by jobid"


def started(db: Db) -> dict[str, str]:
    return {row.job: row.how for row in db.calls("start")}


def test_every_job_is_scheduled_as_obs_cron(cron: Db) -> None:
    assert {(row.job, row.schedule) for row in cron.calls("start")} == {
        (row.job, row.schedule) for row in cron.rows("select * from obs.jobs")
    }
    scheduled = cron.rows("select jobname, schedule, command, username, database, active from cron.job order by 1")
    here = cron.conn.info.dbname
    assert [tuple(row) for row in scheduled] == [
        (f"obs:{row.job}", row.schedule, row.command, "obs_cron", here, True)
        for row in cron.rows("select * from obs.jobs order by job")
    ]


def test_a_second_call_changes_nothing(cron: Db) -> None:
    assert set(started(cron).values()) == {"scheduled in pg_cron"}
    before = cron.rows(EVERYTHING)
    assert set(started(cron).values()) == {"already scheduled in pg_cron"}
    assert cron.rows(EVERYTHING) == before


@pytest.mark.parametrize("login", ["test_ops", "test_admin"])
def test_operators_may_start_and_stop(cron: Db, login: str) -> None:
    operator = cron.login(login)
    assert set(started(operator)) == {"tick", "maintain"}
    assert {row.job for row in operator.calls("stop")} == {"tick", "maintain"}
    assert cron.rows(EVERYTHING) == []


@pytest.mark.parametrize("login", ["test_writer", "test_reader", "test_forwarder", "test_bi", "obs_cron"])
@pytest.mark.parametrize("function", ["start", "stop", "status"])
def test_nobody_else_may(cron: Db, login: str, function: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        cron.login(login).calls(function)


@pytest.mark.parametrize(
    ("change", "how"),
    [
        ("schedule = '*/5 * * * *'", "its schedule or command had changed"),
        ("command = 'select 7'", "its schedule or command had changed"),
        ("active = false", "it was switched off"),
        ("nodeport = 1", "the server has another port now"),
    ],
)
def test_a_job_that_differs_is_scheduled_anew(cron: Db, change: str, how: str) -> None:
    started(cron)
    cron.execute(f"update cron.job set {change} where jobname = 'obs:tick'")
    assert started(cron) == {
        "tick": f"scheduled anew in pg_cron: {how}",
        "maintain": "already scheduled in pg_cron",
    }
    tick = cron.row("select * from cron.job where jobname = 'obs:tick'")
    assert (tick.schedule, tick.command, tick.active) == ("* * * * *", "select obs.tick()", True)


def test_what_is_no_longer_a_job_is_unscheduled(cron: Db) -> None:
    cron.execute("set role obs_cron")
    cron.execute("select cron.schedule('obs:former', '* * * * *', 'select 1')")
    cron.execute("reset role")
    assert started(cron)["former"] == "unscheduled: no longer a job of obs"
    assert cron.rows("select from cron.job where jobname = 'obs:former'") == []


def test_stopping_leaves_what_is_not_obss(cron: Db) -> None:
    cron.execute("select cron.schedule('obs:tick', '0 0 * * *', 'select 1')")
    cron.execute("set role obs_cron")
    cron.execute("select cron.schedule('of my own', '0 0 * * *', 'select 2')")
    cron.execute("reset role")
    others = cron.rows(EVERYTHING)
    started(cron)
    assert {(row.job, row.how) for row in cron.calls("stop")} == {("tick", "unscheduled"), ("maintain", "unscheduled")}
    assert cron.rows(EVERYTHING) == others
    assert cron.calls("stop") == []


@pytest.mark.parametrize("function", ["start", "stop"])
def test_without_the_right_to_pg_cron_the_very_statement_is_named(cron: Db, function: str) -> None:
    cron.execute("revoke usage on schema cron from obs_cron")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="may not use schema cron") as refused:
        cron.login("test_ops").calls(function)
    hint = str(refused.value.diag.message_hint)
    cron.execute(hint.partition(": ")[2])
    cron.login("test_ops").calls(function)


def test_a_role_without_login_is_refused_with_the_statement(cron: Db) -> None:
    cron.execute("alter role obs_cron nologin")
    try:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="may not log in") as refused:
            cron.calls("start")
        assert cron.calls("stop") == []
    finally:
        cron.execute(str(refused.value.diag.message_hint).partition(": ")[2])
    assert set(started(cron)) == {"tick", "maintain"}


def test_a_start_that_is_rolled_back_schedules_nothing(cron: Db) -> None:
    cron.execute("begin")
    started(cron)
    cron.execute("rollback")
    assert cron.rows(EVERYTHING) == []


def test_the_adapter_passes_plpgsql_check_where_pg_cron_is(cron: Db) -> None:
    with checking(cron):
        assert findings(cron, "p.proowner = 'obs_cron'::regrole") == []


def insert_run(db: Db, job: str | None, user: str, age: str | None, command: str = "select obs.tick()") -> int:
    query = """
        insert into cron.job_run_details (jobid, database, username, command, status, start_time, end_time)
        select coalesce((select jobid from cron.job where jobname = %(job)s and username = %(user)s), -1),
            current_database(), %(user)s, %(command)s, 'succeeded',
            clock_timestamp() - %(age)s::interval, clock_timestamp() - %(age)s::interval
        returning runid"""
    return int(db.one(query, {"job": job, "user": user, "age": age, "command": command}))


def test_maintain_prunes_obss_own_history_after_a_week(cron: Db) -> None:
    started(cron)
    cron.execute("select cron.schedule('obs:tick', '0 0 1 1 *', 'select obs.tick()')")
    cron.execute("set role obs_cron")
    cron.execute("select cron.schedule('of my own', '0 0 1 1 *', 'select obs.tick()')")
    cron.execute("reset role")
    gone: list[Any] = [
        insert_run(cron, "obs:tick", "obs_cron", "7 days 1 minute"),
        insert_run(cron, "obs:maintain", "obs_cron", "8 days"),
        insert_run(cron, None, "obs_cron", "8 days"),
    ]
    kept = [
        insert_run(cron, "obs:tick", "obs_cron", "6 days 23 hours"),
        insert_run(cron, "obs:tick", "obs_cron", None),
        insert_run(cron, "of my own", "obs_cron", "8 days"),
        insert_run(cron, None, "obs_cron", "8 days", command="select 1"),
        insert_run(cron, "obs:tick", "postgres", "8 days"),
    ]
    assert cron.call("maintain")["cron_history_pruned"] == len(gone)
    left = {runid for (runid,) in cron.rows("select runid from cron.job_run_details")}
    assert left.isdisjoint(gone)
    assert left >= set(kept)
    assert cron.call("maintain")["cron_history_pruned"] == 0


def test_of_refused_logins_a_weeks_number_is_kept(cron: Db) -> None:
    started(cron)
    cron.execute(
        """insert into cron.job_run_details (jobid, database, username, command, status, return_message)
        select jobid, database, username, command, 'failed', 'connection failed'
        from cron.job, generate_series(1, 10100) where jobname = 'obs:tick' order by jobid"""
    )
    newest = cron.one("select max(runid) from cron.job_run_details")
    assert cron.call("maintain")["cron_history_pruned"] == 20
    row = cron.row("select count(*), max(runid) as newest from cron.job_run_details")
    assert (row.count, row.newest) == (10080, newest)


def test_maintain_goes_on_when_obs_cron_may_not_use_pg_cron(cron: Db) -> None:
    cron.execute("revoke usage on schema cron from obs_cron")
    assert cron.call("maintain")["cron_history_pruned"] == 0
