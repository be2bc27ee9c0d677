"""A server of its own whose pg_cron is broken in every way that obs.status() tells apart."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from support.binaries import has_extension_library
from support.cluster import Cluster
from support.db import Db
from support.health import checks, unschedule_all
from support.install import create_logins, install, uninstall

# On one worker with the other cron tests: each such server is a launcher that wakes up every minute.
pytestmark = pytest.mark.xdist_group("cron")

LAUNCHER = "select count(*) from pg_stat_activity where backend_type = 'pg_cron launcher' and datname is not null"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """pg_cron 1.4 in the mode that stalls; obs in its database `obs`, and in `other`, which an ordinary role owns."""
    if not has_extension_library("pg_cron"):
        pytest.skip("pg_cron is not installed for this PostgreSQL")
    made = Cluster(shared_preload_libraries="pg_cron", cron__database_name="obs", cron__use_background_workers="on")
    try:
        made.start()
        with made.connect() as admin:
            admin.execute("create role app login createrole")
        for name in ("obs", "other"):
            made.create_database(name)
            with made.connect(name) as conn:
                conn.execute(f"alter database {name} owner to app")
                if name == "obs":
                    conn.execute("create extension pg_cron")
            install(made.dsn(name, user="app"))
        with made.connect() as admin:
            create_logins(admin)
        yield made
    finally:
        made.close()


@pytest.fixture
def opened(cluster: Cluster) -> Iterator[Callable[[str], Db]]:
    made: list[Db] = []

    def login(name: str) -> Db:
        made.append(Db(cluster.connect(name)))
        return made[-1]

    yield login
    for db in made:
        db.close()


@pytest.fixture
def obs(opened: Callable[[str], Db]) -> Iterator[Db]:
    db = opened("obs")
    unschedule_all(db)
    db.execute("grant usage on schema cron to obs_cron")
    wait_for_launchers(db, 1)
    return db


def wait_for_launchers(db: Db, number: int) -> None:
    deadline = time.monotonic() + 10
    while db.one(LAUNCHER) != number:
        assert time.monotonic() < deadline, f"never {number} launchers"
        time.sleep(0.05)


def warnings_of(db: Db, function: str) -> list[str]:
    heard: list[str] = []
    db.conn.add_notice_handler(lambda notice: heard.append(str(notice.message_primary)))
    db.calls(function)
    return heard


def as_operator(db: Db) -> dict[str, Any]:
    """What somebody sees who is no superuser."""
    return checks(db.login("test_ops"))


def report_success(db: Db, message: str) -> None:
    db.execute(
        """insert into cron.job_run_details (jobid, database, username, command, status, return_message, end_time)
        select jobid, database, username, command, 'succeeded', %s, now() from cron.job where jobname = 'obs:tick'""",
        (message,),
    )


def test_starting_warns_of_background_workers_before_1_5(obs: Db) -> None:
    if not obs.one("select extversion ~ '^1[.][0-4]' from pg_extension where extname = 'pg_cron'"):
        pytest.skip("this pg_cron has sound background workers")
    assert ["one slow job stops every job" in text for text in warnings_of(obs, "start")] == [True]
    assert as_operator(obs)["pg_cron"].detail.endswith("mode not seen yet")
    report_success(obs, "SELECT 1")
    shown = as_operator(obs)["pg_cron"]
    assert (shown.state, "before 1.5 one slow job stops every job" in shown.detail) == ("amber", True)
    assert "cron.use_background_workers = off" in shown.remedy
    report_success(obs, "1 row")


def test_a_fatal_error_of_a_background_worker_is_a_refused_login(obs: Db) -> None:
    obs.calls("start")
    obs.execute(
        """insert into cron.job_run_details (jobid, database, username, command, status, return_message, end_time)
        select jobid, database, username, command, 'failed', 'FATAL: role "obs_cron" is not permitted to log in', now()
        from cron.job where jobname = 'obs:tick'"""
    )
    shown = as_operator(obs)
    assert (shown["pg_cron login"].state, shown["pg_cron runs"].detail) == (
        "red",
        "none failed; not started yet: obs:maintain",
    )
    assert "not permitted to log in" in shown["pg_cron login"].detail


@pytest.mark.parametrize(
    ("break_it", "mend_it", "detail"),
    [
        ("alter role obs_cron nologin", "alter role obs_cron login", "role obs_cron may not log in"),
        (
            "revoke connect on database obs from public",
            "grant connect on database obs to public",
            "role obs_cron may not connect to this database",
        ),
    ],
)
def test_a_right_to_log_in_that_is_gone_is_seen_before_the_next_run(
    obs: Db, break_it: str, mend_it: str, detail: str
) -> None:
    obs.calls("start")
    operator = obs.login("test_ops")
    obs.execute(break_it)
    try:
        shown = checks(operator)["pg_cron login"]
        assert (shown.state, shown.detail) == ("red", detail)
        obs.execute(shown.remedy)
        assert checks(operator)["pg_cron login"].state == "green"
    finally:
        obs.execute(mend_it)


def test_a_run_that_hangs_is_red(obs: Db) -> None:
    obs.calls("start")
    obs.execute(
        """insert into cron.job_run_details (jobid, database, username, command, status, start_time)
        select jobid, database, username, command, 'running', now() - interval '10 minutes'
        from cron.job where jobname = 'obs:tick'"""
    )
    shown = as_operator(obs)["pg_cron runs"]
    assert (shown.state, shown.detail.partition(";")[0]) == ("red", "obs:tick has been running for 10 min")


def test_a_job_that_pg_cron_no_longer_starts_is_red(obs: Db) -> None:
    obs.calls("start")
    shown = as_operator(obs)["pg_cron runs"]
    assert (shown.state, shown.detail) == ("amber", "none failed; not started yet: obs:maintain, obs:tick")
    report_success(obs, "1 row")
    obs.execute("update cron.job_run_details set end_time = end_time - interval '10 minutes'")
    shown = as_operator(obs)["pg_cron runs"]
    assert (shown.state, shown.detail) == ("red", "obs:tick was last started 10 min ago; not started yet: obs:maintain")
    assert "obs.stop() and obs.start()" in shown.remedy
    obs.login("obs_cron").call("tick")
    assert as_operator(obs)["pg_cron runs"].state == "amber"
    obs.execute("update obs.jobs set last_success_at = null")


def test_jobs_that_are_missing_switched_off_or_changed_are_named(obs: Db) -> None:
    assert as_operator(obs)["pg_cron jobs"].detail == "none is scheduled"
    obs.calls("start")
    assert as_operator(obs)["pg_cron jobs"].detail == "2 scheduled"
    obs.execute("update cron.job set active = false where jobname = 'obs:tick'")
    obs.execute("update cron.job set schedule = '0 0 1 1 *' where jobname = 'obs:maintain'")
    shown = as_operator(obs)["pg_cron jobs"]
    assert shown.state == "red"
    assert shown.detail == (
        "obs:maintain has another schedule or command; obs:tick is switched off or belongs to another database"
    )
    obs.execute(shown.remedy)
    assert as_operator(obs)["pg_cron jobs"].state == "green"


def test_without_the_right_to_pg_cron_the_jobs_are_unknown(obs: Db) -> None:
    obs.execute("revoke usage on schema cron from obs_cron")
    shown = as_operator(obs)
    assert shown["pg_cron jobs"].state == "amber"
    assert shown["pg_cron jobs"].detail.startswith("unknown: ")
    assert "grant usage on schema cron to obs_cron" in shown["pg_cron jobs"].remedy
    assert shown["pg_cron launcher"].state == "green"
    assert "pg_cron login" not in shown


def test_where_pg_cron_lives_in_another_database_the_statement_for_there_is_given(
    obs: Db, opened: Callable[[str], Db]
) -> None:
    other = opened("other")
    shown = as_operator(other)["pg_cron"]
    assert shown.state == "red"
    assert "pg_cron works in database obs, not in this one" in shown.detail
    rows = other.calls("start")
    for row in rows:
        obs.execute(row.how.partition("a superuser runs there: ")[2])
    scheduled = "select jobname, database, username, command from cron.job where database = 'other' order by 1"
    assert [tuple(row) for row in obs.rows(scheduled)] == [
        ("obs:maintain", "other", "obs_cron", "call obs.maintain_by_steps()"),
        ("obs:tick", "other", "obs_cron", "select obs.tick()"),
    ]
    for job in ("tick", "maintain"):
        other.login("obs_cron").call(job)
    assert as_operator(other)["pg_cron"].state == "green"
    assert other.calls("stop") == []


def test_a_launcher_that_was_terminated_is_red_until_the_server_restarts(cluster: Cluster, obs: Db) -> None:
    obs.calls("start")
    operator = obs.login("test_ops")
    assert checks(operator)["pg_cron launcher"].state == "green"
    obs.execute("select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'pg_cron launcher'")
    wait_for_launchers(obs, 0)
    shown = checks(operator)["pg_cron launcher"]
    assert shown.state == "red"
    assert shown.detail.startswith("not running")
    assert shown.remedy.startswith("Restart the server")
    assert "pg_cron is not at work in this database: the jobs are scheduled but will not run" in warnings_of(
        obs, "start"
    )
    cluster.restart()
    again = Db(cluster.connect("obs"))
    wait_for_launchers(again, 1)
    assert as_operator(again)["pg_cron launcher"].state == "green"
    again.close()


def test_a_launcher_moved_to_another_database_is_red(cluster: Cluster, obs: Db) -> None:
    obs.calls("start")
    cluster.configure(cron__database_name="other")
    cluster.restart()
    try:
        moved = Db(cluster.connect("obs"))
        wait_for_launchers(moved, 1)
        shown = as_operator(moved)["pg_cron launcher"]
        assert (shown.state, shown.remedy) == ("red", "Set cron.database_name = 'obs' and restart the server.")
        assert "works in database other" in shown.detail
        moved.close()
    finally:
        cluster.configure(cron__database_name="obs")
        cluster.restart()


@pytest.mark.parametrize("installer", ["postgres", "app"])
def test_uninstalling_unschedules_and_installing_again_works(cluster: Cluster, obs: Db, installer: str) -> None:
    dsn = cluster.dsn("obs", user=installer)
    install(dsn)
    obs.calls("start")
    obs.execute("select cron.schedule('of the host', '0 0 1 1 *', 'select 1')")
    done = uninstall(dsn)
    assert (done.stdout, done.stderr) == ("", "")
    assert [tuple(row) for row in obs.rows("select jobname from cron.job")] == [("of the host",)]
    install(dsn)
    assert {row.how for row in obs.calls("start")} == {"scheduled in pg_cron"}


@pytest.mark.parametrize(("installer", "left"), [("postgres", 0), ("app", 2)])
def test_uninstalling_without_the_right_to_pg_cron_says_what_is_left(
    cluster: Cluster, obs: Db, installer: str, left: int
) -> None:
    dsn = cluster.dsn("obs", user=installer)
    install(dsn)
    obs.calls("start")
    obs.execute("revoke usage on schema cron from obs_cron")
    done = uninstall(dsn)
    assert ("jobs of obs that pg_cron may have were left there" in done.stderr) == bool(left)
    assert obs.one("select count(*) from cron.job") == left
    install(dsn)
