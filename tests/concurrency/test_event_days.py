"""Days are made on the spot: readers hold up nobody, and many sessions make many days without an error."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from support.db import Db
from support.pipeline import item, refused, start


@pytest.mark.parametrize("moment", ["2021-03-04T05:00:00Z", None])
def test_a_reader_that_holds_the_parent_open_does_not_block_a_new_day(db: Db, moment: str | None) -> None:
    start(db, "before")
    item(db, "before", "crawl")
    reader = db.login()
    with reader.conn.transaction():
        reader.execute("declare rows cursor for select * from obs.run_event_logs")
        reader.execute("fetch 1 from rows")
        db.execute("set lock_timeout = '2s'; set statement_timeout = '5s'")
        if moment is None:
            db.execute("set obs.now = '2031-01-01T00:00Z'")
        start(db, "fresh", started_at=moment)
        assert item(db, "fresh", "crawl") == "accepted"
        assert reader.one("select count(*) from obs.run_event_logs where run_id = 'before'") == 1
        assert db.call("maintain")["days_made"] >= 0


def test_six_sessions_that_make_the_same_days_make_each_once(db: Db) -> None:
    db.call("create_tenant", tenant_id="a")
    days = [f"2020-01-{day:02}T12:00:00Z" for day in range(1, 13)]
    before = db.one("select count(*) from obs.event_days")

    def work(number: int) -> int:
        session = db.login()
        # Each session begins elsewhere, so that they meet in every possible order.
        for place in range(len(days)):
            day = (place * (5 if number % 2 else 1) + 2 * number) % len(days)
            run = start(session, f"r{number}-{day}", started_at=days[day])
            assert item(session, run, "crawl") == "accepted"
        return len(days)

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(work, range(6))) == 72
    assert db.one("select count(*) from obs.event_days") - before == 12
    assert db.one("select count(*) from obs.run_event_logs") == 72
    assert db.one("select count(distinct tableoid) from obs.run_event_logs") == 12


def test_a_writer_on_another_day_goes_on_while_a_day_is_made(db: Db) -> None:
    start(db, "running")
    maker = db.login()
    db.execute("set lock_timeout = '2s'; set statement_timeout = '5s'")
    with maker.conn.transaction():
        start(maker, "old", started_at="2021-03-04T05:00:00Z")
        assert item(db, "running", "crawl") == "accepted"
        assert db.call("finish_run", run_id="running").status == "success"
        assert db.call("tick")["job"] == "tick"


def test_a_transaction_left_open_after_making_a_day_does_not_hang_maintenance(db: Db) -> None:
    maker = db.login("test_writer")
    db.set_now("2031-01-01T00:00:00Z")
    db.execute("set statement_timeout = '8s'")
    with maker.conn.transaction():
        start(maker, "old", started_at="2021-03-04T05:00:00Z")
        result = db.call("maintain")
        assert (result["days_made"], result["quarantine_pruned"]) == (0, 0)
    assert db.call("maintain")["days_made"] == 15


def test_a_transaction_that_made_a_day_and_stays_open_holds_nobody_up_for_long(db: Db) -> None:
    """A run of a day that is there starts soon; one of a day that is missing is told to come again."""
    start(db, "today", started_at="2026-03-02 01:00Z")
    holder, other = db.login("test_writer"), db.login("test_writer")
    holder.execute("begin")
    start(holder, "held", started_at="2026-02-01 01:00Z")
    other.execute("set statement_timeout = '30s'")
    start(other, "young", started_at="2026-03-02 02:00Z")
    error = refused(start, other, "missing", started_at="2026-02-02 01:00Z")
    assert error.sqlstate == "55P03"
    holder.execute("commit")
    start(other, "missing", started_at="2026-02-02 01:00Z")
    assert db.one("select count(*) from obs.enrichment_runs") == 4
