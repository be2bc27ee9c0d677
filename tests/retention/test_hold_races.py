"""A hold and the end of a window at the same moment: either the hold is refused, or not one event leaves."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from support.aged import days_back, kept, nights
from support.db import Db


@pytest.fixture
def old_run(db: Db) -> str:
    db.call("create_tenant", tenant_id="a")
    (run,) = nights(db, "a", days_back(40, 40), 20)
    return run


def maintain_twice(db: Db) -> None:
    db.call("maintain")
    db.execute("update obs.enrichment_runs set expired_at = expired_at - interval '1 hour'")
    db.call("maintain")


def test_a_hold_that_commits_while_the_door_is_being_closed_is_obeyed(db: Db, old_run: str) -> None:
    """Whoever closes doors has read the holds before this one commits, and comes to the run's row after it."""
    holder, closer, gate = db.login(), db.login(), db.login()
    # Stops the closing of doors between the moment it sees and the rows it takes.
    db.execute(
        """create or replace function obs._retention_days(p_tenant_id text) returns int language plpgsql stable as
        'begin perform pg_advisory_xact_lock_shared(1); return 30; end'"""
    )
    gate.execute("begin; select pg_advisory_xact_lock(1)")
    with ThreadPoolExecutor(1) as pool:
        closing = pool.submit(closer.call, "_expire_runs")
        db.wait_until_blocked(closer)
        assert holder.call("hold_run", run_id=old_run, reason="court order") > 0
        gate.execute("commit")
        closing.result(timeout=10)
    maintain_twice(db)
    assert kept(db) == {old_run: 20}
    assert db.one("select expired_at from obs.enrichment_runs") is None


def test_a_hold_that_comes_after_the_door_has_closed_is_refused(db: Db, old_run: str) -> None:
    closer, holder = db.login(), db.login()
    closer.execute("begin")
    assert closer.call("_expire_runs") == 1
    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(holder.call, "hold_run", run_id=old_run, reason="court order")
        db.wait_until_blocked(holder)
        closer.execute("commit")
        with pytest.raises(psycopg.Error, match="past their window") as refused:
            holding.result(timeout=10)
    assert refused.value.sqlstate == "55000"
    assert db.one("select count(*) from obs.run_holds") == 0


def test_a_second_call_leaves_at_once_and_stamps_nothing(db: Db, old_run: str) -> None:
    first, second = db.login("obs_cron"), db.login("obs_cron")
    second.execute("set statement_timeout = '5s'")
    first.execute("begin")
    assert first.call("maintain_step", step="runs_expired") == 1
    second.execute("call obs.maintain_by_steps()")
    assert db.one("select runs from obs.jobs where job = 'maintain'") == 0
    first.execute("commit")
    second.execute("call obs.maintain_by_steps()")
    assert db.one("select runs from obs.jobs where job = 'maintain'") == 1
    assert kept(db) == {}


def test_a_held_run_cannot_be_discarded(db: Db, old_run: str) -> None:
    db.call("hold_run", run_id=old_run, reason="court order")
    with pytest.raises(psycopg.Error, match=f"run '{old_run}' is held") as refused:
        db.call("discard_run", run_id=old_run)
    assert refused.value.sqlstate == "55000"
    assert kept(db) == {old_run: 20}
    db.call("release_run", run_id=old_run)
    assert db.call("discard_run", run_id=old_run) == 20
