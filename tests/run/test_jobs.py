"""The jobs: one at a time, bounded, with a heartbeat that tells when they last did their work."""

from __future__ import annotations

from support.db import Db
from support.pipeline import item, stage_row, start


def test_a_tick_stamps_its_heartbeat_and_says_what_it_did(db: Db) -> None:
    start(db)
    item(db, "r1", "crawl")
    assert db.one("select overdue from obs.job_health where job = 'tick'") is True
    result = db.call("tick")
    assert (result["job"], result["folded_runs"], result["crashed_runs"]) == ("tick", 1, 0)
    row = db.row("select overdue, runs, last_result from obs.job_health where job = 'tick'")
    assert (row.overdue, row.runs, row.last_result["folded_runs"]) == (False, 1, 1)


def test_a_tick_with_nothing_to_do_changes_nothing(db: Db) -> None:
    start(db)
    item(db, "r1", "crawl")
    db.call("tick")
    before = stage_row(db, "r1", "crawl")
    assert db.call("tick")["folded_runs"] == 0
    assert stage_row(db, "r1", "crawl") == before


def test_a_tick_takes_as_many_runs_as_it_is_told(db: Db) -> None:
    for number in range(5):
        start(db, f"r{number}")
        item(db, f"r{number}", "crawl")
    assert [db.call("tick", max_runs=2)["folded_runs"] for _ in range(4)] == [2, 2, 1, 0]


def test_a_second_tick_leaves_at_once(db: Db) -> None:
    other = db.login()
    with other.conn.transaction():
        other.call("tick")
        for job in ("tick", "maintain"):
            db.execute("set statement_timeout = '5s'")
            found = db.call(job)
            assert ("skipped" in found) == (job == "tick"), job
    assert "skipped" not in db.call("tick")


def test_a_run_that_somebody_holds_is_left_to_them(db: Db) -> None:
    for run in ("held", "free"):
        start(db, run)
        item(db, run, "crawl")
    other = db.login()
    with other.conn.transaction():
        other.call("finish_stage", run_id="held", stage="score")
        item(db, "held", "crawl")
        assert db.call("tick")["folded_runs"] == 1
    assert db.call("tick")["folded_runs"] == 1
    assert (stage_row(db, "held", "crawl").count_total, stage_row(db, "free", "crawl").count_total) == (2, 1)
