"""The jobs themselves: one at a time, as obs_cron, each with its heartbeat."""

from __future__ import annotations

import psycopg
import pytest

from support.db import Db
from support.health import checks
from support.install import install


@pytest.mark.parametrize("job", ["tick", "maintain"])
def test_a_second_one_leaves_at_once(db: Db, job: str) -> None:
    first, second = db.login("obs_cron"), db.login("obs_cron")
    first.execute("begin")
    assert "skipped" not in first.call(job)
    assert second.call(job) == {"job": job, "skipped": f"another {job} is running"}
    first.execute("commit")
    assert "skipped" not in second.call(job)
    assert db.one("select runs from obs.jobs where job = %s", (job,)) == 2


def test_the_jobs_do_not_wait_for_each_other(db: Db) -> None:
    first, second = db.login("obs_cron"), db.login("obs_cron")
    first.execute("begin")
    first.call("maintain")
    assert "skipped" not in second.call("tick")
    first.execute("rollback")


def test_obs_cron_folds_every_tenants_events(db: Db) -> None:
    for tenant in ("a", "b"):
        db.call("start_run", tenant_id=tenant, run_id=tenant)
        db.call("log_event", run_id=tenant, stage="crawl", event="finish", status="success", duration_ms=5)
    result = db.login("obs_cron").call("tick")
    assert (result["folded_runs"], result["crashed_runs"]) == (2, 0)
    assert [row.count_total for row in db.rows("select count_total from obs.run_stage_stats")] == [1, 1]
    assert db.one("select count(*) from obs.stage_deltas") == 0


def test_obs_cron_may_do_nothing_else(db: Db) -> None:
    scheduler = db.login("obs_cron")
    for query in ("select from obs.enrichment_runs", "select from obs.jobs", "create table obs.mine (id int)"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            scheduler.execute(query)


def test_a_job_that_failed_leaves_no_heartbeat(db: Db) -> None:
    db.login("obs_cron").call("tick")
    before = db.row("select last_success_at, runs from obs.jobs where job = 'tick'")
    db.execute("create function pg_temp.boom() returns trigger language plpgsql as 'begin raise ''boom''; end'")
    db.execute("create trigger boom before update on obs.jobs for each row execute function pg_temp.boom()")
    with pytest.raises(psycopg.errors.RaiseException, match="boom"):
        db.call("tick")
    assert db.row("select last_success_at, runs from obs.jobs where job = 'tick'") == before


def test_an_overdue_heartbeat_is_red_in_status(db: Db) -> None:
    db.call("tick")
    assert checks(db)["job tick"].state == "green"
    db.execute("update obs.jobs set last_success_at = clock_timestamp() - interval '181 seconds' where job = 'tick'")
    shown = checks(db)["job tick"]
    assert (shown.state, shown.detail) == ("red", "last done 3 min ago; overdue after 3 min")
    db.execute("update obs.jobs set last_success_at = clock_timestamp() - interval '178 seconds' where job = 'tick'")
    assert checks(db)["job tick"].state == "green"


def test_jobs_run_under_a_timeout_that_an_operator_may_change(db: Db) -> None:
    shown = "show statement_timeout"
    assert db.login("obs_cron").one(shown) == "5min"
    db.execute("alter role obs_cron set statement_timeout = '90s'")
    try:
        install(db.dsn)
        assert db.login("obs_cron").one(shown) == "90s"
        assert db.login("test_ops").one(shown) == "0"
    finally:
        db.execute("alter role obs_cron set statement_timeout = '5min'")


def test_the_timeout_stops_a_job_that_hangs(db: Db) -> None:
    scheduler = db.login("obs_cron", options="-c statement_timeout=200ms")
    db.execute("begin")
    db.execute("lock table obs.jobs in access exclusive mode")
    with pytest.raises(psycopg.errors.QueryCanceled):
        scheduler.call("tick")
    db.execute("rollback")
    scheduler.execute("set statement_timeout = '1min'")
    assert "skipped" not in scheduler.call("tick")
