"""An event counts once, however often and by whatever way it is sent."""

from __future__ import annotations

import pytest

from support.db import Db
from support.pipeline import drift, event_id, item, line, log_batch, log_lines, stage_row, start, vendor_row


def test_the_same_event_sent_five_times_counts_once_whatever_ts_it_carries(db: Db) -> None:
    start(db)
    moments = ["2026-11-01T00:00Z", "2026-11-02T00:00Z", "2026-01-05T00:00Z", None, "2026-11-01T00:00Z"]
    answers = [item(db, "r1", "crawl", event_id=event_id(1), ts=ts, duration_ms=7) for ts in moments]
    assert answers == ["accepted", "duplicate", "duplicate", "duplicate", "duplicate"]
    assert db.one("select count(*) from obs.run_event_logs") == 1
    assert db.call("finish_stage", run_id="r1", stage="crawl").count_total == 1


@pytest.mark.parametrize("send", [log_lines, log_batch])
def test_a_batch_sent_again_changes_nothing(db: Db, send) -> None:
    lines = [
        line("r1", "run_start", stage=None, ts="2026-11-01T01:00:00Z", event_id=str(event_id(1))),
        line("r1", "stage_start", ts="2026-11-01T01:00:01Z", event_id=str(event_id(2))),
        line("r1", duration_ms=10, ts="2026-11-01T01:00:02Z", event_id=str(event_id(3))),
        line("r1", "error", duration_ms=20, error_code="DNS", ts="2026-11-01T01:00:03Z", event_id=str(event_id(4))),
        line("r1", "vendor_call", status="success", vendor="tavily", cost_usd="0.5", event_id=str(event_id(5))),
        line("r1", "stage_finish", status="success", ts="2026-11-01T01:00:09Z", event_id=str(event_id(6))),
        line("r1", "run_finish", stage=None, status="success", ts="2026-11-01T01:00:10Z", event_id=str(event_id(7))),
    ]
    digest = "select md5(string_agg(t::text, '|' order by t::text)) from obs.{} t"
    tables = ["run_event_logs", "run_stage_stats", "run_vendor_usage", "run_metrics", "enrichment_runs", "stage_deltas"]
    assert send(db, lines) == (7, 0, 0)
    before = [db.one(digest.format(table)) for table in tables]
    assert send(db, lines) == (0, 7, 0)
    assert send(db, lines[::-1]) == (0, 7, 0)
    assert [db.one(digest.format(table)) for table in tables] == before
    assert drift(db, "r1") == []


def test_an_event_twice_in_one_batch_counts_once(db: Db) -> None:
    start(db)
    twice = line("r1", duration_ms=5, event_id=str(event_id(9)))
    assert log_lines(db, [twice, twice, line("r1", event_id=str(event_id(10)))]) == (2, 1, 0)
    assert log_batch(db, [twice, twice]) == (0, 2, 0)


def test_every_way_in_knows_what_came_by_the_others(db: Db) -> None:
    start(db)
    assert item(db, "r1", "crawl", event_id=event_id(1)) == "accepted"
    assert log_lines(db, [line("r1", event_id=str(event_id(1))), line("r1", event_id=str(event_id(2)))]) == (1, 1, 0)
    assert log_batch(db, [line("r1", event_id=str(event_id(n))) for n in (1, 2, 3)]) == (1, 2, 0)
    assert item(db, "r1", "crawl", event_id=event_id(3)) == "duplicate"
    assert db.call("finish_stage", run_id="r1", stage="crawl").count_total == 3


def test_an_id_that_is_no_uuid_identifies_as_well(db: Db) -> None:
    start(db)
    first, second = (line("r1", event_id=f"line {n} of run.log") for n in (17, 18))
    assert log_lines(db, [first]) == (1, 0, 0)
    assert log_lines(db, [first, second]) == (1, 1, 0)


def test_the_same_event_id_in_another_run_is_another_event(db: Db) -> None:
    start(db, "r1")
    start(db, "r2")
    assert [item(db, run, "crawl", event_id=event_id(1)) for run in ("r1", "r2")] == ["accepted", "accepted"]
    start(db, "r1", tenant_id="b")
    assert item(db, "r1", "crawl", event_id=event_id(1), tenant_id="b") == "accepted"


def test_events_without_an_id_are_all_different(db: Db) -> None:
    start(db)
    assert log_lines(db, [line("r1")] * 3) == (3, 0, 0)
    assert [item(db, "r1", "crawl") for _ in range(2)] == ["accepted"] * 2
    assert stage_row_after_tick(db).count_total == 5


def stage_row_after_tick(db: Db):
    db.call("tick")
    return stage_row(db, "r1", "crawl")


def test_a_duplicate_of_a_finish_does_not_end_a_stage_again(db: Db) -> None:
    start(db)
    end = line("r1", "stage_finish", status="error", event_id=str(event_id(5)))
    assert log_lines(db, [end]) == (1, 0, 0)
    first = stage_row(db, "r1", "crawl")
    assert (first.status, first.revision) == ("error", 1)
    assert log_lines(db, [{**end, "status": "success"}]) == (0, 1, 0)
    assert stage_row(db, "r1", "crawl") == first


def test_a_rolled_back_batch_leaves_nothing_and_can_be_sent_again(db: Db) -> None:
    start(db)
    lines = [line("r1", "vendor_call", status="success", vendor="tavily", cost_usd="1", event_id=str(event_id(1)))]
    with db.conn.transaction(force_rollback=True):
        assert log_lines(db, lines) == (1, 0, 0)
    assert db.one("select count(*) from obs.run_event_logs") + db.one("select count(*) from obs.stage_deltas") == 0
    assert log_lines(db, lines) == (1, 0, 0)
    db.call("tick")
    assert vendor_row(db, "r1", "tavily").calls == 1
