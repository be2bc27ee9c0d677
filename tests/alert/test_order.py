"""What the machine does depends on what was observed, not on when somebody looked or whose clock was behind."""

from __future__ import annotations

from support.alerts import Watch
from support.db import Db


def at(minute: float) -> str:
    return f"2026-03-02 01:{int(minute):02}:{round(minute % 1 * 60):02}+00"


def moments(watch: Watch) -> list[tuple[str, float]]:
    """State that was entered, and when, as minutes after one o'clock."""
    query = """select to_state, round(extract(epoch from at - '2026-03-02 01:00:00+00') / 60, 2)::float8
        from obs.alert_transitions where alert_code = 'VQ-03' order by transition_id"""
    return [tuple(row) for row in watch.db.rows(query)]


def hold_back(db: Db) -> None:
    db.execute("select obs.set_threshold('VQ-03', 'for_s', 300)")


def test_a_timer_comes_before_what_is_seen_at_its_moment_looked_at_or_not(watch: Watch, db: Db) -> None:
    hold_back(db)
    expected = [("pending", 0), ("firing", 5), ("resolved", 5)]
    for looks_first in (False, True):
        with db.conn.transaction(force_rollback=True):
            watch.at(at(0))
            watch.observe("breach")
            watch.at(at(5))
            if looks_first:
                watch.evaluate()
            watch.observe("ok")
            assert moments(watch) == expected, looks_first


def test_a_timer_that_ran_out_before_the_rule_changed_has_fired(watch: Watch, db: Db) -> None:
    hold_back(db)
    for looks_before in (False, True):
        with db.conn.transaction(force_rollback=True):
            watch.at(at(0))
            watch.observe("breach")
            watch.at(at(7))
            if looks_before:
                watch.evaluate()
            watch.at(at(8))
            db.execute("select obs.set_threshold('VQ-03', 'for_s', 600)")
            assert moments(watch) == [("pending", 0), ("firing", 5), ("resolved", 8), ("no_data", 8)], looks_before


def test_what_a_slower_session_saw_earlier_is_taken_in_as_of_now(watch: Watch, db: Db) -> None:
    hold_back(db)
    watch.at(at(0))
    watch.observe("breach")
    watch.at(at(8))
    watch.evaluate()
    watch.observe("ok", observed_at=at(4))
    assert moments(watch) == [("pending", 0), ("firing", 5), ("resolved", 5)]
    assert [row.at for row in db.rows("select at from obs.backtest('VQ-03', '-infinity')")] == [
        row.at for row in db.rows("select at from obs.alert_transitions order by transition_id")
    ]


def test_an_alert_that_was_held_back_knows_when_its_breach_began_and_what_it_was(watch: Watch, db: Db) -> None:
    hold_back(db)
    for looks in (True, False):
        with db.conn.transaction(force_rollback=True):
            watch.at(at(0))
            watch.observe("breach", value=1, summary="one")
            watch.at(at(2))
            watch.observe("breach", value=2, summary="two")
            watch.at(at(7))
            if looks:
                watch.evaluate()
            else:
                watch.observe("breach", value=2, summary="two")
            alert = db.row("select breached_at::text, fired_at::text, value, summary from obs.alerts")
            assert tuple(alert) == (at(0), at(5), 2, "two"), looks


def test_a_drill_of_a_rule_that_holds_back_may_follow_another_at_once(watch: Watch, db: Db) -> None:
    db.execute("insert into obs.cluster (identity) values ('test') on conflict do nothing")
    db.execute("select obs.set_threshold('CR-02', 'for_s', 600)")
    alerts = [db.one("select alert_id from obs.simulate('CR-02', 'a')") for _ in range(2)]
    assert None not in alerts
    assert len(set(alerts)) == 2
