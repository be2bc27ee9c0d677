"""One real minute, from obs.start() to folded numbers; beside it a job that fails and one whose login is refused."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from support.cluster import Cluster
from support.db import Db
from support.health import checks, unschedule_all

MINUTE_AND_SOME = 75.0
REFUSE_OVER_TCP = "host all obs_cron 127.0.0.1/32 reject\n"


@dataclass
class Minute:
    db: Db
    history: dict[str, Any]
    heartbeats: dict[str, Any]
    status: dict[str, Any]
    started_again: dict[str, str]


def history(db: Db) -> dict[str, Any]:
    query = """
        select distinct on (j.jobname) j.jobname, d.* from cron.job_run_details d join cron.job j using (jobid)
        where d.status in ('succeeded', 'failed') order by j.jobname, d.runid"""
    return {row.jobname: row for row in db.rows(query)}


@pytest.fixture(scope="module")
def minute(cron_server: Cluster) -> Iterator[Minute]:
    """What a minute boundary left behind. The refused job is the one that pg_cron reaches over TCP."""
    db = Db(cron_server.connect(cron_server.dbname))
    hba = cron_server.data / "pg_hba.conf"
    allowed = hba.read_text()
    unschedule_all(db)
    db.execute("grant usage on schema cron to obs_cron")
    db.execute(
        """insert into obs.jobs (job, schedule, command, max_age, comment) values
        ('boom', '* * * * *', 'select 1 / 0', '3 minutes', ''), ('refused', '* * * * *', 'select 1', '3 minutes', ''),
        ('steps', '* * * * *', 'call obs.maintain_by_steps()', '3 minutes', '')"""
    )
    try:
        db.call("start_run", tenant_id="a", run_id="real")
        for n in range(3):
            db.call("log_event", run_id="real", stage="crawl", event="finish", status="success", duration_ms=10 * n)
        db.calls("start")
        db.execute("update cron.job set nodename = '127.0.0.1' where jobname = 'obs:refused'")
        hba.write_text(REFUSE_OVER_TCP + allowed)
        db.execute("select pg_reload_conf()")
        deadline = time.monotonic() + MINUTE_AND_SOME
        while not {"obs:tick", "obs:boom", "obs:refused", "obs:steps"} <= set(history(db)):
            assert time.monotonic() < deadline, f"pg_cron ran only {sorted(history(db))}\n{cron_server.log()[-2000:]}"
            time.sleep(0.2)
        heartbeats = {row.job: row for row in db.rows("select * from obs.jobs")}
        status = checks(db)
        ran = history(db)
        yield Minute(db, ran, heartbeats, status, {row.job: row.how for row in db.calls("start")})
    finally:
        hba.write_text(allowed)
        db.execute("select pg_reload_conf()")
        unschedule_all(db)
        db.execute("delete from obs.jobs where job in ('boom', 'refused', 'steps')")
        db.close()


def test_the_tick_folds_what_was_logged(minute: Minute) -> None:
    stats = minute.db.row("select * from obs.run_stage_stats where run_id = 'real'")
    assert (stats.stage, stats.count_total, stats.p50_ms) == ("crawl", 3, 10)
    assert minute.db.one("select count(*) from obs.stage_deltas where run_id = 'real'") == 0


def test_the_heartbeat_is_stamped(minute: Minute) -> None:
    tick = minute.heartbeats["tick"]
    assert tick.runs >= 1
    assert tick.last_result["folded_runs"] == 1
    assert minute.status["job tick"].state == "green"


def test_the_history_of_pg_cron_has_it_as_obs_crons_success(minute: Minute) -> None:
    tick = minute.history["obs:tick"]
    assert (tick.status, tick.username, tick.command) == ("succeeded", "obs_cron", "select obs.tick()")


def test_the_procedure_of_maintenance_commits_under_pg_cron(minute: Minute) -> None:
    steps = minute.history["obs:steps"]
    assert (steps.status, steps.username) == ("succeeded", "obs_cron"), steps.return_message
    maintain = minute.heartbeats["maintain"]
    assert maintain.runs >= 1
    assert set(minute.db.one("select obs.maintenance_steps()")) < set(maintain.last_result)


def test_pg_cron_is_green_and_its_mode_seen(minute: Minute) -> None:
    assert minute.status["pg_cron launcher"].state == "green"
    assert minute.status["pg_cron jobs"].state == "green"
    shown = minute.status["pg_cron"]
    assert shown.state == "green"
    assert shown.detail.endswith("connects like a client")


def test_a_failing_job_is_named_with_its_error(minute: Minute) -> None:
    assert minute.history["obs:boom"].status == "failed"
    shown = minute.status["pg_cron runs"]
    assert shown.state == "red"
    assert "obs:boom failed" in shown.detail
    assert "division by zero" in shown.detail
    assert "tick" not in shown.detail
    assert "refused" not in shown.detail
    assert shown.remedy


def test_a_refused_login_is_named_with_the_way_it_took(minute: Minute) -> None:
    assert minute.history["obs:refused"].return_message == "connection failed"
    shown = minute.status["pg_cron login"]
    assert shown.state == "red"
    assert "obs:refused (connection failed)" in shown.detail
    assert "tick" not in shown.detail
    assert "from 127.0.0.1" in shown.remedy
    assert "pg_hba.conf" in shown.remedy


def test_jobs_that_never_succeeded_have_no_heartbeat(minute: Minute) -> None:
    assert [minute.heartbeats[job].last_success_at for job in ("boom", "refused")] == [None, None]
    assert minute.status["job boom"].state == minute.status["job refused"].state == "red"


def test_starting_again_mends_only_the_refused_job(minute: Minute) -> None:
    assert minute.started_again == {
        "boom": "already scheduled in pg_cron",
        "maintain": "already scheduled in pg_cron",
        "refused": "scheduled anew in pg_cron: its last connection failed",
        "steps": "already scheduled in pg_cron",
        "tick": "already scheduled in pg_cron",
    }
    assert minute.db.rows("select jobname from cron.job where nodename = '127.0.0.1'") == []
