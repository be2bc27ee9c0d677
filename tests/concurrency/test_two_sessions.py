"""Two sessions on the same thing: one waits for the other, both get the truth."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from support.db import Db
from support.pipeline import drift, event_id, item, line, log_batch, log_lines, refused, run_row, stage_row, start


@pytest.fixture
def other(db: Db) -> Db:
    return db.login()


@pytest.fixture
def background() -> Any:
    with ThreadPoolExecutor(4) as pool:
        yield pool


def test_two_finishes_at_once_give_one_row_and_the_same_numbers(db: Db, other: Db, background) -> None:
    start(db)
    for ms in range(20):
        item(db, "r1", "crawl", duration_ms=ms)
    watcher = db.login()
    with db.conn.transaction():
        first = db.call("finish_stage", run_id="r1", stage="crawl")
        waiting = background.submit(other.call, "finish_stage", run_id="r1", stage="crawl")
        watcher.wait_until_blocked(other)
    second = waiting.result(timeout=10)
    assert first == second
    assert (first.count_total, first.p50_ms, first.revision) == (20, 9, 1)
    with db.conn.transaction():
        ended = db.call("finish_run", run_id="r1")
        waiting = background.submit(other.call, "finish_run", run_id="r1")
        watcher.wait_until_blocked(other)
    assert waiting.result(timeout=10) == ended


def test_a_finish_that_was_rolled_back_lets_the_waiting_one_do_the_work(db: Db, other: Db, background) -> None:
    start(db)
    item(db, "r1", "crawl", duration_ms=7)
    watcher = db.login()
    with db.conn.transaction(force_rollback=True):
        db.call("finish_stage", run_id="r1", stage="crawl", status="error")
        waiting = background.submit(other.call, "finish_stage", run_id="r1", stage="crawl")
        watcher.wait_until_blocked(other)
    row = waiting.result(timeout=10)
    assert (row.status, row.count_total, row.p50_ms) == ("success", 1, 7)
    assert drift(db, "r1") == []


def test_what_was_uncommitted_at_the_finish_is_repaired_by_the_tick(db: Db, other: Db) -> None:
    start(db)
    item(db, "r1", "crawl", duration_ms=5)
    with other.conn.transaction():
        item(other, "r1", "crawl", ok=False, duration_ms=900)
        row = db.call("finish_stage", run_id="r1", stage="crawl", expected_events=2)
        assert (row.count_total, row.complete) == (1, False)
        assert db.call("tick")["folded_runs"] == 0
    assert db.call("tick")["folded_runs"] == 1
    row = stage_row(db, "r1", "crawl")
    assert (row.count_total, row.count_error, row.p99_ms, row.complete) == (2, 1, 900, True)
    assert (row.revision, row.late_events) == (2, 1)
    assert drift(db, "r1") == []


def test_a_finish_counts_the_events_of_its_own_transaction_once(db: Db) -> None:
    start(db)
    with db.conn.transaction():
        item(db, "r1", "crawl", duration_ms=5)
        db.call("tick")
        item(db, "r1", "crawl", duration_ms=6)
        assert db.call("finish_stage", run_id="r1", stage="crawl").count_total == 2
        item(db, "r1", "crawl", duration_ms=7)
    db.call("tick")
    assert stage_row(db, "r1", "crawl").count_total == 3
    assert drift(db, "r1") == []


def test_two_imports_of_the_same_events_store_each_once(db: Db, other: Db, background) -> None:
    start(db)
    lines = [line("r1", duration_ms=n, event_id=event_id(n)) for n in range(500)]
    watcher = db.login()
    with db.conn.transaction():
        assert log_batch(db, lines) == (500, 0, 0)
        waiting = background.submit(log_batch, other, lines[::-1])
        watcher.wait_until_blocked(other)
    assert waiting.result(timeout=10) == (0, 500, 0)
    with db.conn.transaction(force_rollback=True):
        more = [line("r1", duration_ms=n, event_id=event_id(1000 + n)) for n in range(100)]
        assert log_batch(db, more) == (100, 0, 0)
        waiting = background.submit(log_batch, other, more)
        watcher.wait_until_blocked(other)
    assert waiting.result(timeout=10) == (100, 0, 0)
    assert db.call("finish_stage", run_id="r1", stage="crawl").count_total == 600
    assert drift(db, "r1") == []


def test_two_starts_of_one_run_are_one_run(db: Db, other: Db, background) -> None:
    watcher = db.login()
    with db.conn.transaction():
        start(db, "same", tenant_id="new")
        waiting = background.submit(start, other, "same", "new")
        watcher.wait_until_blocked(other)
    assert waiting.result(timeout=10) == "same"
    assert db.row(
        "select count(*) as runs, (select count(*) from obs.tenants) as tenants from obs.enrichment_runs"
    ) == (1, 1)


def test_batches_with_the_same_events_in_crosswise_order_do_not_deadlock(db: Db, background) -> None:
    for run in ("r1", "r2", "r3"):
        start(db, run)
    base = [line(f"r{n % 3 + 1}", duration_ms=n % 90, event_id=event_id(n)) for n in range(1500)]
    ends = [line(f"r{n}", "stage_finish", event_id=event_id(5000 + n)) for n in (1, 2, 3)]
    sessions = [db.login() for _ in range(4)]
    orders = [base + ends, base[::-1] + ends[::-1], base[700:] + ends + base[:700], ends[::-1] + base]
    answers = list(background.map(log_batch, sessions, orders))
    assert sum(accepted for accepted, _, _ in answers) == 1503
    assert {quarantined for _, _, quarantined in answers} == {0}
    db.call("tick")
    assert [stage_row(db, run, "crawl").count_total for run in ("r1", "r2", "r3")] == [500] * 3
    assert [drift(db, run) for run in ("r1", "r2", "r3")] == [[], [], []]


def test_batches_that_start_the_same_new_runs_on_new_days_do_not_deadlock(db: Db, background) -> None:
    def lines(days: list[int]) -> list[dict[str, Any]]:
        return [
            made
            for day in days
            for made in (
                line(f"r{day}", "run_start", stage=None, ts=f"2021-02-{day:02}T00:00:00Z", event_id=str(event_id(day))),
                line(f"r{day}", event_id=str(event_id(100 + day))),
            )
        ]

    db.call("create_tenant", tenant_id="a")
    start(db, "r14", started_at="2021-02-14T00:00:00Z")
    sessions = [db.login() for _ in range(4)]
    orders = [list(range(1, 15)), list(range(28, 0, -1)), list(range(10, 25)), list(range(5, 29))]
    answers = list(background.map(log_lines, sessions, [lines(days) for days in orders]))
    assert sum(accepted for accepted, _, _ in answers) == 56
    assert {quarantined for _, _, quarantined in answers} == {0}
    assert db.one("select count(*) from obs.enrichment_runs") == 28


def test_a_run_that_is_open_elsewhere_does_not_hold_up_its_writers(db: Db, other: Db) -> None:
    start(db)
    other.execute("set statement_timeout = '5s'")
    with db.conn.transaction():
        db.call("finish_stage", run_id="r1", stage="crawl")
        assert item(other, "r1", "crawl") == "accepted"
        assert log_batch(other, [line("r1")]) == (1, 0, 0)
    assert run_row(db, "r1").status == "running"


def test_discarding_waits_for_batches_under_way(db: Db, other: Db, background) -> None:
    start(db)
    watcher = db.login()
    with db.conn.transaction():
        item(db, "r1", "crawl")
        waiting = background.submit(other.call, "discard_run", run_id="r1")
        watcher.wait_until_blocked(other)
    assert waiting.result(timeout=10) == 1
    assert db.one("select count(*) from obs.run_event_logs") + db.one("select count(*) from obs.stage_deltas") == 0


def test_a_transaction_left_open_holds_up_a_discard_and_nobody_else(db: Db, other: Db, background) -> None:
    for run in ("r1", "r2"):
        start(db, run)
    watcher, writer = db.login(), db.login()
    with db.conn.transaction():
        item(db, "r1", "crawl")
        waiting = background.submit(refused, other.call, "discard_run", run_id="r1")
        watcher.wait_until_blocked(other)
        assert item(writer, "r2", "crawl") == "accepted"
        assert waiting.result(timeout=10).sqlstate == "55P03"
    assert other.call("discard_run", run_id="r1") == 1


def test_a_discard_gives_way_to_whoever_holds_the_run_and_goes_on_logging(db: Db, other: Db, background) -> None:
    start(db)
    watcher = db.login()
    with db.conn.transaction():
        db.call("start_stage", run_id="r1", stage="crawl")
        discarding = background.submit(other.call, "discard_run", run_id="r1")
        watcher.wait_until_blocked(other)
        assert item(db, "r1", "crawl") == "accepted"
    assert discarding.result(timeout=10) == 1, "the item of the transaction it gave way to"


def test_a_discard_gives_up_when_the_run_is_held_for_long(db: Db, other: Db, background) -> None:
    start(db)
    with db.conn.transaction():
        db.call("start_stage", run_id="r1", stage="crawl")
        discarding = background.submit(refused, other.call, "discard_run", run_id="r1")
        assert discarding.result(timeout=10).sqlstate == "55P03"
        assert item(db, "r1", "crawl") == "accepted"


def test_a_run_discarded_meanwhile_is_an_unknown_run(db: Db, other: Db, background) -> None:
    start(db)
    watcher = db.login()
    with db.conn.transaction():
        db.call("discard_run", run_id="r1")
        starting = background.submit(refused, other.call, "start_stage", run_id="r1", stage="crawl")
        watcher.wait_until_blocked(other)
    assert starting.result(timeout=10).sqlstate == "OB002"
