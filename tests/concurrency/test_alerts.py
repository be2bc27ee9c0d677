"""Telling waits for nobody: a session that goes to lunch with an alert in its hands keeps only that alert back."""

from __future__ import annotations

from support.alerts import Watch
from support.db import Db

WAITS = "500ms"


def firing(db: Db) -> Watch:
    """Tenant a with an alert that has been told; its repeat is due after an hour."""
    db.execute("select obs.create_tenant('a')")
    db.execute("delete from obs.notification_routes where route_name <> 'default'")
    watch = Watch(db)
    watch.at("2026-03-02 01:00:00+00")
    db.execute("select obs.set_threshold('CR-02', 'repeat_s', 3600)")
    watch.run(crawl=(100, 40))
    watch.flush()
    db.execute(f"set lock_timeout = '{WAITS}'")
    return watch


def test_an_alert_that_somebody_holds_keeps_no_other_from_being_told(db: Db) -> None:
    watch = firing(db)
    holder = db.login()
    holder.execute("begin")
    holder.call("ack", alert_id=db.one("select alert_id from obs.alert_active"), note="lunch")
    watch.at("2026-03-02 03:00:00+00")
    watch.observe("breach", "OE-06")
    assert watch.flush() == 1
    assert watch.told()[-1][:2] == ("firing", "OE-06")
    holder.execute("rollback")
    assert watch.flush() == 1
    assert watch.told()[-1][:2] == ("repeat", "CR-02")


def test_what_mutes_an_alert_that_somebody_holds_is_noted_later(db: Db) -> None:
    watch = firing(db)
    holder = db.login()
    holder.execute("begin")
    holder.call("ack", alert_id=db.one("select alert_id from obs.alert_active"))
    db.call("silence", reason="migration", **{"for": "1 hour"})
    watch.flush()
    assert db.one("select muted_by from obs.alerts") is None
    holder.execute("commit")
    watch.flush()
    assert db.one("select muted_by from obs.alerts") == "silence 1"


def test_a_finish_waits_for_no_acknowledgement(db: Db) -> None:
    watch = firing(db)
    holder = db.login()
    holder.execute("begin")
    holder.call("ack", alert_id=db.one("select alert_id from obs.alert_active"))
    watch.at("2026-03-02 02:00:00+00")
    watch.run()
    assert watch.active() == {"CR-02:crawl": "warning"}
    assert db.one("select count(*) from obs.runs_to_judge") == 1
    holder.execute("commit")
    watch.flush()
    assert watch.active() == {}
