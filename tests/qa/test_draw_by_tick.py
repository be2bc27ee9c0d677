"""What no finish drew, the tick draws: large runs, runs of the host, those that met a lock; drills never."""

from __future__ import annotations

import pytest

from support.db import Db
from support.pipeline import refused
from support.samples import drawn, finish, scored

MOMENT = "2026-03-02 03:00:00+00"


def test_what_the_host_s_table_ended_is_drawn_by_the_tick(db: Db) -> None:
    scored(db, high=12)
    db.execute("select obs._close_run('a', 'r1', 'success', now())")
    db.call("tick")
    assert drawn(db) == [], "its last events have a minute to come"
    db.execute("update obs.enrichment_runs set finished_at = finished_at - interval '2 minutes'")
    assert db.call("tick")["drawn_runs"] == 1
    assert len(drawn(db)) == 10
    assert "drawn_runs" not in db.call("tick")


def test_a_large_run_is_drawn_by_the_next_tick_and_its_finish_does_not_wait(db: Db) -> None:
    scored(db, high=12)
    db.call("finish_stage", run_id="r1", stage="score")
    db.execute(
        "update obs.run_stage_stats set count_total = count_total + 100000, count_success = count_success + 100000"
    )
    finish(db)
    assert drawn(db) == []
    assert db.call("tick")["drawn_runs"] == 1, "at once: nothing of it is still to come"
    assert len(drawn(db)) == 10
    assert "drawn_runs" not in db.call("tick")


def close_by_host(db: Db, run: str) -> None:
    """As the host's table ends a run, two minutes ago: nothing of it is still to come."""
    db.execute("select obs._close_run('a', %s, 'success', obs.now())", (run,))
    db.execute(
        "update obs.enrichment_runs set finished_at = obs.now() - interval '2 minutes' where run_id = %s", (run,)
    )


def test_runs_that_cannot_be_drawn_keep_no_other_waiting(db: Db) -> None:
    for number in range(22):
        scored(db, f"r{number:02}", high=1)
        close_by_host(db, f"r{number:02}")
    db.execute(
        """create function host_refuses() returns trigger language plpgsql as $$
        begin if new.run_id < 'r20' then raise sqlstate '22000'; end if; return new; end $$;
        create trigger host_refuses before insert on obs.qa_draws for each row execute function host_refuses()"""
    )
    # A tick ends its draws after half a second: on a slow machine that are fewer than 20.
    assert sum(db.call("tick").get("drawn_runs", 0) for _ in range(6)) == 2


@pytest.mark.parametrize("waited", [0, 9, 11])
def test_what_could_not_be_drawn_is_tried_again_ten_minutes_later(db: Db, waited: int) -> None:
    db.set_now(MOMENT)
    scored(db, high=1)
    close_by_host(db, "r1")
    db.execute("alter table obs.qa_draws add constraint refused check (false)")
    db.call("tick")
    db.execute("alter table obs.qa_draws drop constraint refused")
    db.set_now(db.one("select (obs.now() + make_interval(mins => %s))::text", (waited,)))
    assert db.call("tick").get("drawn_runs", 0) == (waited == 11)


@pytest.mark.parametrize(("hours", "count"), [(23, 1), (25, 0)])
def test_runs_that_ended_a_day_ago_are_left_undrawn(db: Db, hours: int, count: int) -> None:
    scored(db, high=1)
    close_by_host(db, "r1")
    db.execute("update obs.enrichment_runs set finished_at = now() - make_interval(hours => %s)", (hours,))
    assert db.call("tick").get("drawn_runs", 0) == count


@pytest.mark.parametrize("who", ["finish", "tick", "ops"])
def test_nobody_draws_a_drill(db: Db, who: str) -> None:
    scored(db, high=3)
    db.execute("update obs.enrichment_runs set is_simulation = true")
    if who == "finish":
        finish(db)
    else:
        close_by_host(db, "r1")
        assert db.call("tick").get("drawn_runs", 0) == 0
        if who == "ops":
            assert refused(db.call, "sample_qa", run_id="r1").sqlstate == "55000"
    assert drawn(db) == []


def test_who_asks_for_a_large_run_gets_it_drawn(db: Db) -> None:
    scored(db, high=12)
    db.call("finish_stage", run_id="r1", stage="score")
    db.execute(
        "update obs.run_stage_stats set count_total = count_total + 100000, count_success = count_success + 100000"
    )
    finish(db)
    assert db.call("sample_qa", run_id="r1").drawn == 10


def test_two_sessions_at_once_draw_once(db: Db) -> None:
    scored(db, high=30)
    db.execute("select obs._close_run('a', 'r1', 'success', now())")
    first, second = db.login("test_ops"), db.login("test_ops")
    first.execute("begin")
    seed = first.call("sample_qa", run_id="r1").seed
    # The first holds the row of the draw: the second does not wait for it longer than a tenth of a second.
    error = refused(second.call, "sample_qa", run_id="r1")
    assert (error.sqlstate, "another session is drawing it" in str(error)) == ("55000", True)
    first.execute("commit")
    assert second.call("sample_qa", run_id="r1").seed == seed
    assert len(drawn(db)) == 10


def test_a_finish_waits_for_no_draw(db: Db) -> None:
    scored(db, high=30)
    db.execute("select obs._close_run('a', 'r1', 'success', now())")
    ops, writer = db.login("test_ops"), db.login("test_writer")
    ops.execute("begin")
    ops.call("sample_qa", run_id="r1")
    writer.execute("set statement_timeout = '2s'")
    finish(writer, "r1")
    ops.execute("rollback")
    assert drawn(db) == []
    finish(writer, "r1")
    assert len(drawn(db)) == 10, "what a finish had to leave, the next one or the tick draws"
