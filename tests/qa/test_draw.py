"""Each run's sample is drawn once, when it ends, whoever asks again and whatever comes later."""

from __future__ import annotations

import pytest

from support.db import Db
from support.pipeline import item, line, log_lines, refused, start
from support.samples import draw_row, drawn, finish, scored

MOMENT = "2026-03-02 03:00:00+00"


def test_ten_of_bucket_high_are_drawn_when_the_run_ends(db: Db) -> None:
    scored(db, high=25, medium=40)
    assert drawn(db) == []
    finish(db)
    chosen = drawn(db)
    assert len(chosen) == 10
    assert len(set(chosen)) == 10
    assert all(name.startswith("h") for name in chosen)
    row = draw_row(db)
    assert (row.bucket, row.requested, row.available, row.drawn, row.shortfall) == ("High", 10, 25, 10, 0)
    assert row.source == "events"
    assert db.rows("select distinct result, bucket from obs.qa_samples") == [("needs_review", "High")]


@pytest.mark.parametrize("high", [0, 1, 4, 9, 10, 11])
def test_all_are_drawn_when_there_are_fewer_and_the_shortfall_is_kept(db: Db, high: int) -> None:
    scored(db, high=high, medium=3)
    finish(db)
    row = draw_row(db)
    assert len(drawn(db)) == min(high, 10)
    assert (row.available, row.drawn, row.shortfall) == (high, min(high, 10), max(10 - high, 0))


def test_a_run_that_scored_nothing_has_no_draw(db: Db) -> None:
    start(db)
    item(db, "r1", "crawl", tenant_id="a", company_id="c")
    finish(db)
    assert db.rows("select from obs.qa_draws") == []
    error = refused(db.call, "sample_qa", run_id="r1")
    assert error.sqlstate == "55000"
    assert "bucket" in str(error)


def test_calling_again_adds_nothing(db: Db) -> None:
    scored(db, high=30)
    finish(db)
    before = db.rows("select * from obs.qa_samples order by company_id")
    seed = draw_row(db).seed
    finish(db)
    assert db.call("sample_qa", run_id="r1").seed == seed
    log_lines(db, [line("r1", event="run_finish", stage=None, status="success")])
    assert db.rows("select * from obs.qa_samples order by company_id") == before


def test_late_companies_do_not_draw_anew(db: Db) -> None:
    scored(db, high=4)
    finish(db)
    log_lines(db, [line("r1", stage="score", company_id=f"late{n}", extra={"bucket": "High"}) for n in range(20)])
    db.call("tick")
    finish(db)
    db.call("sample_qa", run_id="r1")
    assert sorted(drawn(db)) == ["h0", "h1", "h2", "h3"]
    assert draw_row(db).shortfall == 6


def test_the_seed_gives_the_same_companies_again(db: Db) -> None:
    scored(db, high=40)
    finish(db)
    ids = [f"h{n}" for n in range(40)]
    seed = draw_row(db).seed
    assert db.one("select obs._draw_order(%s, %s, 10)", (seed, ids)) == drawn(db)
    assert db.one("select obs._draw_order(%s, %s, 10)", (seed, ids[::-1])) == drawn(db)


def test_draws_are_uniform(db: Db) -> None:
    """χ² over 10,000 draws of 10 in 40: every company comes as often as any other, and at every place."""
    counts = dict(
        db.rows(
            """select c.id, count(*) from generate_series(1, 10000) s,
            lateral unnest(obs._draw_order(
                'seed ' || s, array(select 'c' || g from generate_series(1, 40) g), 10
            )) c (id)
            group by 1"""
        )
    )
    # Drawn without replacement, a count has variance n·p·(1 − p); 62.4 is the 99 % point of χ² with 39 degrees.
    chi = sum((count - 2500) ** 2 for count in counts.values()) / 2500 / (1 - 10 / 40) * 39 / 40
    assert len(counts) == 40
    assert chi < 62.4
    places = db.rows(
        """select (obs._draw_order('place ' || s, array(select 'c' || g from generate_series(1, 10) g), 1))[1] as id,
            count(*)
        from generate_series(1, 10000) s group by 1"""
    )
    assert sum((count - 1000) ** 2 / 1000 for _, count in places) < 21.7, "99 % point of χ² with 9 degrees"


def test_the_newest_bucket_of_a_company_counts(db: Db) -> None:
    more = [
        line("r1", stage="score", company_id="h0", extra={"bucket": "Low"}, ts="2099-01-01T00:00:02Z"),
        line("r1", stage="score", company_id="m0", extra={"bucket": "High"}, ts="2099-01-01T00:00:02Z"),
    ]
    db.set_now("2099-01-01 00:00:01+00")
    scored(db, high=3, medium=2, more=more)
    finish(db)
    assert sorted(drawn(db)) == ["h1", "h2", "m0"]


@pytest.mark.parametrize("status", ["partial", "error"])
def test_a_run_that_ended_badly_is_drawn_as_well(db: Db, status: str) -> None:
    scored(db, high=3)
    finish(db, status=status)
    assert len(drawn(db)) == 3


def test_a_cancelled_run_is_never_drawn(db: Db) -> None:
    scored(db, high=3)
    finish(db, status="cancelled")
    error = refused(db.call, "sample_qa", run_id="r1")
    assert (error.sqlstate, "cancelled" in str(error)) == ("55000", True)
    assert db.rows("select from obs.qa_draws") == []


def test_a_crashed_run_is_drawn_when_it_really_ends_or_somebody_asks(db: Db) -> None:
    for run in ("r1", "r2"):
        scored(db, run, high=2)
        finish(db, run, status="crashed")
    assert db.rows("select from obs.qa_draws") == []
    log_lines(db, [line("r1", stage="score", company_id="last", extra={"bucket": "High"})])
    finish(db, "r1", status="success")
    assert sorted(drawn(db)) == ["h0", "h1", "last"]
    assert db.call("sample_qa", run_id="r2").drawn == 2


def test_a_running_run_is_not_drawn(db: Db) -> None:
    scored(db, high=2)
    error = refused(db.call, "sample_qa", run_id="r1")
    assert (error.sqlstate, "not ended" in str(error)) == ("55000", True)


def test_a_batch_with_a_whole_run_draws_at_its_end(db: Db) -> None:
    lines = [line("r9", event="run_start", stage=None)]
    lines += [line("r9", stage="score", company_id=f"c{n}", extra={"bucket": "High"}) for n in range(15)]
    log_lines(db, [*lines, line("r9", event="run_finish", stage=None, status="success")])
    assert len(drawn(db, "r9")) == 10


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


def test_a_drill_leaves_no_draw(db: Db, tenants: tuple[str, str]) -> None:
    db.call("simulate", alert_code="CR-02", tenant_id="a")
    assert db.rows("select from obs.qa_draws") + db.rows("select from obs.qa_samples") == []


def test_discarding_a_run_discards_its_sample(db: Db) -> None:
    scored(db, high=3)
    finish(db)
    db.call("discard_run", run_id="r1")
    assert db.rows("select from obs.qa_draws") + db.rows("select from obs.qa_samples") == []


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


def test_nobody_draws_for_a_tenant_that_is_not_theirs(db: Db, tenants: tuple[str, str]) -> None:
    scored(db, "r1", high=2, tenant="b")
    for login in ("test_reader_a", "test_writer_a", "test_bi", "test_nobody"):
        assert refused(db.login(login).call, "sample_qa", run_id="r1").sqlstate == "42501"
    assert refused(db.login("test_ops").call, "sample_qa", run_id="none").sqlstate == "OB002"


def test_readers_see_the_samples_of_their_tenants(db: Db, tenants: tuple[str, str]) -> None:
    for tenant in tenants:
        scored(db, f"run-{tenant}", high=3, tenant=tenant)
        finish(db, f"run-{tenant}")
    reader = db.login("test_reader_a")
    assert reader.rows("select distinct tenant_id from obs.qa_samples") == [("a",)]
    assert reader.rows("select distinct tenant_id from obs.qa_draws") == [("a",)]
    assert refused(reader.rows, "select from obs.qa_sources").sqlstate == "42501"
