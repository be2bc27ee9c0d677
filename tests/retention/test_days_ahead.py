"""Days are made ahead, so that a night's first run waits for nobody."""

from __future__ import annotations

from support.db import Db


def test_maintain_makes_today_and_the_fourteen_days_after_it(db: Db) -> None:
    db.execute("delete from obs.event_days")
    for (partition,) in db.rows(
        "select inhrelid::regclass::text from pg_inherits where inhparent = 'obs.run_event_logs'::regclass"
    ):
        db.execute(f"drop table {partition}")
    db.set_now("2026-02-20T23:59:00Z")
    assert db.call("maintain")["days_made"] == 15
    days = db.row("select min(run_day)::text as first, max(run_day)::text as last, count(*) as n from obs.event_days")
    assert tuple(days) == ("2026-02-20", "2026-03-06", 15)
    assert db.call("maintain")["days_made"] == 0
    db.set_now("2026-02-21T00:00:01Z")
    assert db.call("maintain")["days_made"] == 1
    assert db.one("select count(*) from pg_inherits where inhparent = 'obs.run_event_logs'::regclass") == 16
