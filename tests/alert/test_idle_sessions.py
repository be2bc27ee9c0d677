"""A session that has touched an alert or a rule and sleeps in its transaction holds up no finish, tick or flush."""

from __future__ import annotations

import pytest

from support.db import Db
from support.pipeline import item, start

HELD = {
    "ack": ("test_reader_a", "select obs.ack({alert})"),
    "diagnose": ("test_reader_a", "select obs.diagnose({alert})"),
    "set_threshold": ("test_admin", "select obs.set_threshold('CR-02', 'threshold', 0.31)"),
}


def crawl(db: Db, run: str, tenant: str, ok: bool = False) -> None:
    start(db, run, tenant)
    for _ in range(20):
        item(db, run, "crawl", ok=ok, tenant_id=tenant)
    db.call("finish_stage", run_id=run, stage="crawl", tenant_id=tenant)


@pytest.fixture
def firing(db: Db, tenants: tuple[str, str]) -> int:
    """CR-02 fires for both tenants and has been told; its repeat is due."""
    for tenant in tenants:
        crawl(db, f"{tenant}1", tenant)
    db.execute("select obs.flush_notifications()")
    db.execute("update obs.alerts set notify_at = now(), notified_at = now() - interval '2 days'")
    return int(db.one("select alert_id from obs.alerts where tenant_id = 'a' and alert_code = 'CR-02'"))


@pytest.mark.parametrize("held", HELD)
def test_nobody_waits_for_a_session_that_sleeps(db: Db, firing: int, held: str) -> None:
    login, statement = HELD[held]
    sleeper = db.login(login)
    sleeper.execute("begin")
    sleeper.execute(statement.format(alert=firing))
    writer, other = (db.login(login, options="-c statement_timeout=2s") for login in ("test_writer_a", "test_writer_b"))
    crawl(writer, "a2", "a", ok=True)
    crawl(other, "b2", "b", ok=True)
    ops = db.login("test_ops", options="-c statement_timeout=2s")
    assert ops.call("tick")["alerts"]["failed_rules"] == 0
    assert db.one("select state from obs.alerts where alert_id = %s", (firing,)) == "firing"
    sleeper.execute("commit")
    assert ops.call("tick")["alerts"]["failed_rules"] == 0
    states = "select distinct state from obs.alerts where alert_code = 'CR-02' order by 1"
    assert [state for (state,) in db.rows(states)] == ["resolved"]


def test_who_holds_the_lock_of_the_flush_may_not_sleep_long(db: Db, firing: int) -> None:
    ops = db.login("test_ops")
    for kept, then in (("0", "1min"), ("2min", "1min"), ("10s", "10s")):
        ops.execute(f"set idle_in_transaction_session_timeout = '{kept}'")
        ops.execute("begin")
        ops.call("simulate", alert_code="CR-02", tenant_id="a")
        assert ops.one("show idle_in_transaction_session_timeout") == then
        ops.execute("rollback")
        assert ops.one("show idle_in_transaction_session_timeout") == kept


def test_the_alert_of_a_discarded_run_that_somebody_is_taking_is_no_orphan(db: Db, firing: int) -> None:
    sleeper = db.login("test_reader_a")
    sleeper.execute("begin")
    sleeper.call("ack", alert_id=firing)
    admin = db.login("test_admin")
    with pytest.raises(Exception, match="lock timeout"):
        admin.call("discard_run", run_id="a1", tenant_id="a")
    sleeper.execute("commit")
    admin.call("discard_run", run_id="a1", tenant_id="a")
    assert db.one("select state from obs.alerts where alert_id = %s", (firing,)) == "resolved"
