"""What has no home is kept aside with a reason, and taken in when its run appears."""

from __future__ import annotations

from datetime import timedelta

import pytest

from support.db import Db
from support.pipeline import drift, event_id, item, line, log_batch, log_lines, refused, run_row, stage_row, start


def quarantine(db: Db) -> list[tuple]:
    return [
        tuple(row)
        for row in db.rows("select tenant_id, run_id, reason, sent_by from obs.quarantined_events order by 1, 2, 3, 4")
    ]


def test_events_of_an_unknown_run_wait_and_are_taken_in_when_it_starts(db: Db) -> None:
    db.call("create_tenant", tenant_id="a")
    assert item(db, "early", "crawl", tenant_id="a", event_id=event_id(1), duration_ms=5) == "quarantined"
    assert log_lines(db, [line("early", "error", event_id=str(event_id(2)))]) == (0, 0, 1)
    assert log_batch(db, [line("early", ts="2026-11-01T00:00Z", event_id=event_id(3))]) == (0, 0, 1)
    assert item(db, "early", "crawl", tenant_id="a", event_id=event_id(1)) == "quarantined"
    assert [row[2] for row in quarantine(db)] == ["unknown_run"] * 3
    start(db, "early")
    assert quarantine(db) == []
    stats = db.call("finish_stage", run_id="early", stage="crawl")
    assert (stats.count_total, stats.count_success, stats.count_error, stats.p50_ms) == (3, 2, 1, 5)
    assert drift(db, "early") == []
    assert item(db, "early", "crawl", event_id=event_id(1)) == "duplicate"


def test_a_run_start_in_a_later_batch_takes_in_what_came_before(db: Db) -> None:
    assert log_lines(db, [line("r1", event_id=str(event_id(1))), line("r1", "stage_finish")]) == (0, 0, 2)
    assert log_lines(db, [line("r1", "run_start", stage=None)]) == (1, 0, 0)
    assert quarantine(db) == []
    assert (stage_row(db, "r1", "crawl").count_total, stage_row(db, "r1", "crawl").status) == (1, "success")


def test_what_waited_takes_effect_in_the_order_it_was_sent(db: Db) -> None:
    metrics = [
        line(
            "r1",
            "metric",
            stage=None,
            logger="obs.run",
            event_id=str(event_id(9 - number)),
            extra={"name": "m", "value": number},
        )
        for number in (1, 2)
    ]
    assert log_lines(db, metrics) == (0, 0, 2)
    start(db, "r1")
    assert db.one("select value from obs.run_metrics where run_id = 'r1' and name = 'm'") == 2
    assert db.rows("select from obs.run_event_logs where extra ? 'ord'") == []


def test_only_the_runs_own_tenant_takes_its_events_in(db: Db) -> None:
    log_lines(db, [line("r1", tenant_id="a"), line("r1", tenant_id="b")])
    start(db, "r1", tenant_id="b")
    assert [row[:3] for row in quarantine(db)] == [("a", "r1", "unknown_run")]
    start(db, "r1", tenant_id="a")
    assert quarantine(db) == []
    assert db.one("select count(*) from obs.run_event_logs where tenant_id = 'a'") == 1


def test_events_without_a_tenant_are_taken_in_for_the_trusted_login_that_sent_them(db: Db, tenants) -> None:
    trusted, other, bound = (db.login(name) for name in ("test_writer", "test_ops", "test_writer_a"))
    tenantless = {key: value for key, value in line("r1").items() if key != "tenant_id"}
    assert log_lines(trusted, [tenantless]) == (0, 0, 1)
    assert item(trusted, "r1", "crawl") == "quarantined"
    assert quarantine(db) == [(None, "r1", "unknown_run", "test_writer")] * 2
    start(db, "r1", tenant_id="b")
    assert len(quarantine(db)) == 2, "another login's start is no home for them"
    start(bound, "r1", tenant_id="a")
    assert len(quarantine(db)) == 2, "nor is a bound login's"
    start(trusted, "r1", tenant_id="c")
    assert quarantine(db) == []
    assert db.one("select array_agg(distinct tenant_id) from obs.run_event_logs") == ["c"]
    assert refused(other.execute, "select obs.log_events('[]')").sqlstate == "42501"


def test_an_event_without_a_tenant_finds_the_one_run_of_that_id(db: Db) -> None:
    start(db, "mine", tenant_id="a")
    start(db, "both", tenant_id="a")
    start(db, "both", tenant_id="b")
    tenantless = [{k: v for k, v in line(run).items() if k != "tenant_id"} for run in ("mine", "both")]
    assert log_lines(db, tenantless) == (1, 0, 1)
    assert db.one("select tenant_id from obs.run_event_logs") == "a"
    assert refused(item, db, "both", "crawl").sqlstate == "OB004"
    assert item(db, "both", "crawl", tenant_id="b") == "accepted"
    assert log_lines(db, tenantless[1:], tenant_id="b") == (1, 0, 0)


def test_events_of_a_day_that_retention_dropped_never_bring_it_back(db: Db) -> None:
    start(db, "old", started_at="2026-03-04T05:06:07Z")
    db.execute("update obs.event_days set dropped_at = now() where run_day = '2026-03-04'")
    db.execute("drop table obs.run_event_logs_20260304")
    assert item(db, "old", "crawl") == "quarantined"
    assert log_lines(db, [line("old")]) == (0, 0, 1)
    assert {row[2] for row in quarantine(db)} == {"expired"}
    assert db.one("select to_regclass('obs.run_event_logs_20260304')") is None


def test_quarantine_is_kept_thirty_days(db: Db) -> None:
    log_lines(db, [line("nobody")])
    now = db.one("select clock_timestamp()")
    db.set_now((now + timedelta(days=29, hours=23)).isoformat())
    assert db.call("maintain")["quarantine_pruned"] == 0
    db.set_now((now + timedelta(days=30, hours=1)).isoformat())
    assert db.call("maintain")["quarantine_pruned"] == 1


@pytest.mark.parametrize("status", ["success", "error"])
def test_events_of_a_finished_run_are_taken_as_late_ones(db: Db, status: str) -> None:
    start(db)
    db.call("finish_run", run_id="r1", status=status)
    assert item(db, "r1", "crawl") == "accepted"
    db.call("tick")
    assert (run_row(db, "r1").status, run_row(db, "r1").late_events) == (status, 1)
