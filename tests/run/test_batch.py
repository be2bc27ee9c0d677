"""The fast way in: one transaction, obs's own temporary table, every row accounted for."""

from __future__ import annotations

from support.db import Db
from support.pipeline import copy_batch, event_id, line, log_batch, refused, start


def test_a_batch_that_is_not_whole_is_refused_and_stores_nothing(db: Db) -> None:
    start(db)
    lines = [line("r1", event_id=event_id(n)) for n in range(3)]
    for expected in (2, 4, 0, None):
        problem = refused(send, db, lines, expected)
        assert problem.sqlstate == "OB006", expected
    assert db.one("select count(*) from obs.run_event_logs") == 0
    assert log_batch(db, lines) == (3, 0, 0)
    assert log_batch(db, []) == (0, 0, 0)


def send(db: Db, lines: list, expected: int | None) -> None:
    with db.conn.transaction():
        db.execute("select obs.open_batch()")
        copy_batch(db, lines)
        db.execute("select obs.log_batch(%s::int)", (expected,))


def test_without_a_transaction_the_rows_are_missed_not_lost_silently(db: Db) -> None:
    start(db)
    db.execute("select obs.open_batch()")
    copy_batch(db, [line("r1")])
    assert refused(db.call, "log_batch", expected=1).sqlstate == "OB006"


def test_a_session_may_send_batch_after_batch_and_two_in_one_transaction(db: Db) -> None:
    start(db)
    for n in range(3):
        assert log_batch(db, [line("r1", event_id=event_id(n))]) == (1, 0, 0)
    with db.conn.transaction():
        assert log_batch(db, [line("r1", event_id=event_id(8))]) == (1, 0, 0)
        assert log_batch(db, [line("r1", event_id=event_id(9)), line("r1", event_id=event_id(8))]) == (1, 1, 0)


def test_without_open_batch_there_is_nothing_to_log(db: Db) -> None:
    assert refused(db.call, "log_batch", expected=0).sqlstate == "OB006"


def test_every_login_that_may_send_batches_can(db: Db) -> None:
    start(db)
    for login in ("test_writer", "test_admin"):
        assert log_batch(db.login(login), [line("r1")]) == (1, 0, 0), login


def test_what_a_batch_leaves_out_is_filled_in(db: Db) -> None:
    start(db)
    rows = [{"run_id": "r1", "event": "finish", "stage": "crawl"}, {"run_id": "r1", "event": None, "tenant_id": "a"}]
    assert log_batch(db, rows) == (2, 0, 0)
    found = db.rows("select event, status, logger, kind, tenant_id from obs.run_event_logs order by event")
    assert found == [("finish", "success", "obs.stage", "item", "a"), ("unnamed", None, "obs.run", "other", "a")]


def test_rows_of_several_runs_are_stored_in_the_order_of_their_ids(db: Db) -> None:
    db.execute("select obs.start_run('a', p_run_id => 'r' || n) from generate_series(0, 1999) n")
    db.execute("analyze obs.enrichment_runs")
    rows = [line(f"r{n * 7 % 3}", ts="2026-11-01T00:00Z", level="INFO", event_id=event_id(n)) for n in range(60)]
    assert log_batch(db, rows) == (60, 0, 0)
    stored = db.rows("select event_id from obs.run_event_logs order by ctid")
    assert [row[0] for row in stored] == [event_id(number) for number in range(60)]
