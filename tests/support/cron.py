"""A server with pg_cron, and one real minute of it that passes in the background while other tests run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from support.cluster import Cluster
from support.db import Db
from support.health import checks, unschedule_all
from support.install import install_for_tests

DATABASE = "obs_cron_test"
MINUTE_AND_SOME = 90.0
REFUSE_OVER_TCP = "host all obs_cron 127.0.0.1/32 reject\n"


@contextmanager
def with_pg_cron() -> Iterator[Cluster]:
    """Its jobs run in DATABASE, where obs is installed. Nobody may drop that database."""
    cluster = Cluster(shared_preload_libraries="pg_cron", cron__database_name=DATABASE, cron__host="{base}")
    try:
        cluster.start()
        dsn = cluster.create_database(DATABASE)
        with psycopg.connect(dsn, autocommit=True) as conn:
            conn.execute("create extension pg_cron")
        install_for_tests(dsn)
        cluster.dbname = DATABASE
        yield cluster
    finally:
        cluster.close()


@dataclass
class Minute:
    """What a minute boundary left behind."""

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


def begin(cluster: Cluster, db: Db) -> None:
    """A run to fold, and the jobs of obs; one that fails, and one that pg_cron reaches over TCP and is refused."""
    hba = cluster.data / "pg_hba.conf"
    unschedule_all(db)
    db.execute("grant usage on schema cron to obs_cron")
    db.execute(
        """insert into obs.jobs (job, schedule, command, max_age, comment) values
        ('boom', '* * * * *', 'select 1 / 0', '3 minutes', ''), ('refused', '* * * * *', 'select 1', '3 minutes', ''),
        ('steps', '* * * * *', 'call obs.maintain_by_steps()', '3 minutes', '')"""
    )
    db.call("start_run", tenant_id="a", run_id="real")
    for n in range(3):
        db.call("log_event", run_id="real", stage="crawl", event="finish", status="success", duration_ms=10 * n)
    db.calls("start")
    db.execute("update cron.job set nodename = '127.0.0.1' where jobname = 'obs:refused'")
    hba.write_text(REFUSE_OVER_TCP + hba.read_text())
    db.execute("select pg_reload_conf()")


def live_through(cluster: Cluster, db: Db) -> Minute:
    """Waits for the end of the minute that has begun, and looks at once: the next one would change what is seen."""
    deadline = time.monotonic() + MINUTE_AND_SOME
    while not {"obs:tick", "obs:boom", "obs:refused", "obs:steps"} <= set(history(db)):
        assert time.monotonic() < deadline, f"pg_cron ran only {sorted(history(db))}\n{cluster.log()[-2000:]}"
        time.sleep(0.2)
    heartbeats = {row.job: row for row in db.rows("select * from obs.jobs")}
    status = checks(db)
    ran = history(db)
    return Minute(db, ran, heartbeats, status, {row.job: row.how for row in db.calls("start")})
