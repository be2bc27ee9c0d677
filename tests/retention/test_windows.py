"""Raw events leave on time, by their tenant's window; what is held, disputed or open stays; nothing comes back."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest
from psycopg.types.json import Jsonb

from support.aged import days_back, kept, nights, partitions
from support.db import Db
from support.pipeline import drift, item, line, log_batch, log_lines, refused, run_row, start
from support.stories import OBS, Story, fixture_of


def maintain(db: Db, minutes: int = 0) -> dict[str, int]:
    db.set_now(None)
    if minutes:
        db.set_now((db.one("select clock_timestamp() + make_interval(mins => %s)", (minutes,))).isoformat())
    return dict(db.call("maintain"))


def two_windows(db: Db) -> None:
    """Tenants a (30 days) and b (14 days), each with a run on every fifth day back to 40 days ago."""
    for tenant in "ab":
        db.call("create_tenant", tenant_id=tenant)
        nights(db, tenant, days_back(40, 0)[::5], 30)
    db.execute("select obs.set_setting('retention_days', '14', 'b')")


two = fixture_of(Story("two", two_windows, after=OBS))


def test_each_tenant_keeps_its_own_window_and_days_go_whole_when_nobody_needs_them(two: Db) -> None:
    db = two
    assert maintain(db)["days_dropped"] == 2
    assert maintain(db, 2)["events_deleted"] > 0
    today = days_back(0, 0)[0]
    expected = {
        f"{tenant}-{day:%m%d}": 30
        for tenant, window in (("a", 30), ("b", 14))
        for day in days_back(40, 0)[::5]
        if (today - day).days <= window
    }
    assert kept(db) == expected
    assert maintain(db, 4)["events_deleted"] == 0
    gone = {f"obs.run_event_logs_{day:%Y%m%d}" for day in days_back(40, 31)}
    assert not partitions(db) & gone
    assert db.one("select count(*) from obs.event_days where dropped_at is not null") == 2
    assert db.one("select count(*) from obs.enrichment_runs where raw_gone_at is not null") == 2 * 2 + 4


@pytest.mark.parametrize(("window", "expected"), [(14, 14), (21, 21), (30, 30)])
def test_the_last_day_of_a_window_is_kept_in_full(db: Db, window: int, expected: int) -> None:
    db.call("create_tenant", tenant_id="a")
    db.execute("select obs.set_setting('retention_days', %s)", (Jsonb(window),))
    edge = nights(db, "a", days_back(window + 1, window), 5)
    maintain(db)
    assert kept(db) == {edge[1]: 5}


@pytest.mark.parametrize("bad", ["3", "400", "13", "31", "14.5", '"14"', "null", "[]"])
def test_a_window_outside_14_to_30_days_is_refused(two: Db, bad: str) -> None:
    problem = refused(two.execute, "select obs.set_setting('retention_days', %s::jsonb, 'a')", (bad,))
    assert problem.sqlstate == "22023"
    assert "it takes a whole number of days from 14 to 30" in str(problem)
    assert two.one("select count(*) from obs.settings where key = 'retention_days'") == 1


def test_a_held_run_stays_and_leaves_when_released(two: Db) -> None:
    db = two
    held, other = (f"{tenant}-{days_back(40, 40)[0]:%m%d}" for tenant in "ab")
    number = db.call("hold_run", run_id=held, reason="court order 7")
    assert db.call("hold_run", run_id=held, reason=" court order 7 ") == number
    for who, reason in ((db, "another order"), (db.login("test_admin"), "court order 7")):
        problem = refused(who.call, "hold_run", run_id=held, reason=reason)
        assert problem.sqlstate == "55000"
        assert re.search(r"is held already, by postgres since 20.* UTC: court order 7\n", str(problem))
    assert db.one("select count(*) from obs.run_holds") == 1
    maintain(db)
    maintain(db, 2)
    assert kept(db)[held] == 30
    assert other not in kept(db)
    assert db.call("recompute", run_id=held).matches
    shown = {row.check_name: row for row in db.calls("status")}["retention"]
    assert shown.state == "amber"
    assert "1 held since" in shown.detail
    db.call("release_run", run_id=held)
    maintain(db)
    assert held not in kept(db)
    assert f"obs.run_event_logs_{days_back(40, 40)[0]:%Y%m%d}" not in partitions(db)
    assert db.rows("select action from obs.audit_log where action like '%%_run' order by audit_id") == [
        ("hold_run",), ("release_run",),
    ]  # fmt: skip


def test_holds_of_unknown_runs_without_a_reason_or_too_late_are_refused(two: Db) -> None:
    db = two
    maintain(db)
    gone = f"a-{days_back(40, 40)[0]:%m%d}"
    for run, reason, sqlstate in [
        ("nowhere", "why", "OB002"), ("a-nowhere", " ", "OB002"), (gone, "late", "55000"),
        (f"a-{days_back(0, 0)[0]:%m%d}", " ", "22023"),
    ]:  # fmt: skip
        problem = refused(db.call, "hold_run", run_id=run, reason=reason)
        assert problem.sqlstate == sqlstate
    ended = days_back(40, 40)[0] + timedelta(days=31)
    assert f"which ended on {ended} (UTC)" in str(refused(db.call, "hold_run", run_id=gone, reason="late"))
    assert refused(db.call, "release_run", run_id=gone).sqlstate == "22023"
    assert refused(db.call, "release_run", run_id="nowhere").sqlstate == "OB002"
    assert db.one("select count(*) from obs.run_holds") == 0


@pytest.mark.parametrize("column", ["run_id", "notified_run_id"])
def test_what_an_open_alert_points_at_stays_until_it_is_resolved(two: Db, column: str) -> None:
    db = two
    disputed = f"a-{days_back(40, 40)[0]:%m%d}"
    db.execute(
        f"""insert into obs.alerts (
            tenant_id, alert_code, subject, severity, {column}, rule_version, breached_at, fired_at
        )
        values ('a', 'CR-02', '', 'warning', %s, 1, now(), now())""",
        (disputed,),
    )
    maintain(db)
    assert kept(db)[disputed] == 30
    db.execute("update obs.alerts set state = 'resolved', resolved_at = now()")
    maintain(db)
    assert disputed not in kept(db)


def test_open_runs_and_unfolded_events_stay(db: Db) -> None:
    db.call("create_tenant", tenant_id="a")
    day = days_back(40, 40)[0]
    start(db, "open", started_at=f"{day}T01:00:00Z")
    item(db, "open", "crawl")
    (ended,) = nights(db, "a", [day], 5)
    item(db, ended, "crawl")
    maintain(db)
    maintain(db, 2)
    assert kept(db) == {"open": 1, ended: 6}
    assert run_row(db, ended).expired_at is None, "what it still has to count is read from its events"
    assert db.one("select array_agg(kept_for order by kept_for) from obs._runs_past_window()") == [
        "running",
        "unfolded",
    ]
    db.call("tick")
    db.call("finish_run", run_id="open")
    maintain(db)
    assert kept(db) == {}


@pytest.mark.parametrize("dropped", [True, False])
def test_what_is_sent_to_an_expired_run_is_quarantined_by_every_way_in(two: Db, dropped: bool) -> None:
    db = two
    run = f"b-{days_back(40, 40)[0] if dropped else days_back(20, 20)[0]:%m%d}"
    maintain(db)
    before = run_row(db, run, "b")
    assert before.expired_at is not None
    where = {"tenant_id": "b"}
    assert item(db, run, "crawl", **where) == "quarantined"
    assert log_lines(db, [line(run, **where)]) == (0, 0, 1)
    assert log_batch(db, [line(run, **where)]) == (0, 0, 1)
    assert log_batch(db, [line(run, **where), line("a-unknown", **where)]) == (0, 0, 2)
    assert set(db.rows("select reason, count(*) from obs.quarantined_events group by 1")) == {
        ("expired", 4), ("unknown_run", 1),
    }  # fmt: skip
    db.call("tick")
    assert run_row(db, run, "b") == before
    assert drift(db, run, "b") == []
    assert db.call("recompute", run_id=run, tenant_id="b").source == "rollup"


@pytest.mark.parametrize("kept_by_a_view", [False, True])
def test_an_old_log_of_another_run_gets_its_dropped_day_back_and_its_numbers(two: Db, kept_by_a_view: bool) -> None:
    """And nothing that left comes back: an event of an expired run of the same day is still refused."""
    db = two
    day = days_back(40, 40)[0]
    partition = f"obs.run_event_logs_{day:%Y%m%d}"
    if kept_by_a_view:
        db.execute(f"create view public.mine as select * from {partition}")
    maintain(db)
    assert (partition in partitions(db)) == kept_by_a_view
    begin = line("old", tenant_id="c", logger="obs.run", event="run_start", stage=None, ts=f"{day}T05:00:00Z")
    rows = [line("old", tenant_id="c", ts=f"{day}T05:01:00Z") for _ in range(3)]
    end = line("old", tenant_id="c", logger="obs.run", event="run_finish", stage=None, ts=f"{day}T06:00:00Z")
    assert log_lines(db, [begin, *rows, end]) == (5, 0, 0)
    assert db.one("select sum(count_total) from obs.run_stage_stats where run_id = 'old'") == 3
    assert item(db, f"a-{day:%m%d}", "crawl", tenant_id="a") == "quarantined"
    assert drift(db, "old", "c") == []
    maintain(db, 3)
    assert partition in partitions(db) if kept_by_a_view else partition not in partitions(db)
    assert kept(db).get("old") is None
    assert db.one("select sum(count_total) from obs.run_stage_stats where run_id = 'old'") == 3


def test_an_old_day_without_runs_goes_after_the_longest_window(db: Db) -> None:
    db.execute("set role obs_owner")
    for back in (20, 35):
        db.execute("select obs._ensure_event_day(%s)", (days_back(back, back)[0],))
    db.execute("reset role")
    assert maintain(db)["days_dropped"] == 1
    assert db.one("select run_day from obs.event_days where dropped_at is not null") == days_back(35, 35)[0]


def test_status_tells_the_oldest_day_its_size_and_the_next_drop(two: Db) -> None:
    db = two
    days = days_back(40, 0)
    shown = {row.check_name: row for row in db.calls("status")}
    assert f"the oldest day is {days[0]}, of unknown size before an ANALYZE, the next day" in shown["raw events"].detail
    db.execute("analyze obs.run_event_logs")
    shown = {row.check_name: row for row in db.calls("status")}
    assert f"the oldest day is {days[0]}" in shown["raw events"].detail
    assert f"the next day to drop is {days[0]}, due since {days[31]}" in shown["raw events"].detail
    assert "bytes an event over" in shown["raw events"].detail
    assert shown["retention"].state == "red"
    assert f"the oldest due since {days[31]}" not in shown["retention"].detail
    assert f"the oldest due since {days_back(25, 25)[0]}" in shown["retention"].detail
    maintain(db)
    maintain(db, 2)
    shown = {row.check_name: row for row in db.calls("status")}
    assert f"the oldest day is {days[10]}" in shown["raw events"].detail
    tomorrow = days_back(-1, -1)[0]
    assert f"the next day to drop is {days[10]} on {tomorrow}" in shown["raw events"].detail
    assert shown["retention"].state == "green"


def test_a_call_commits_after_each_piece_and_stamps_the_job(two: Db) -> None:
    db = two
    cron = db.login("obs_cron")
    cron.execute("call obs.maintain_by_steps()")
    job = db.row("select last_result, runs from obs.jobs where job = 'maintain'")
    assert (job.last_result["days_dropped"], job.runs) == (2, 1)
    assert refused(cron.execute, "begin; call obs.maintain_by_steps()").sqlstate == "2D000"
    assert refused(db.call, "maintain_step", step="drop everything").sqlstate == "22023"


def test_a_call_rests_after_each_piece(db: Db) -> None:
    """As long as the piece took: else a writer on the same processor finds it taken by piece after piece."""
    db.execute(
        """create sequence pieces;
        create or replace function obs.maintain_step(p_step text) returns bigint language plpgsql as $$
        begin
            if p_step <> 'history_pruned' or nextval('pieces') > 3 then return 0; end if;
            perform pg_sleep(0.08);
            return 1;
        end $$"""
    )
    began = time.perf_counter()
    db.execute("call obs.maintain_by_steps()")
    assert time.perf_counter() - began >= 2 * 3 * 0.08


@pytest.mark.parametrize("step", ["_thin_events", "_audit_day", "_prune_history"])
def test_a_step_that_fails_keeps_no_other_from_its_work(two: Db, step: str) -> None:
    db = two
    arguments = db.one("select pg_get_function_arguments(%s::regproc)", (f"obs.{step}",))
    db.execute(
        f"create or replace function obs.{step}({arguments}) returns bigint language plpgsql as "
        "$$ begin raise exception 'broken' using errcode = 'XX001'; end $$"
    )
    error = refused(db.login("obs_cron").execute, "call obs.maintain_by_steps()")
    assert error.sqlstate == "OB023"
    assert "XX001" in str(error)
    assert db.one("select count(*) from obs.event_days where dropped_at is not null") == 2
    assert db.one("select runs from obs.jobs where job = 'maintain'") == 0, "no heartbeat"
    assert list(db.call("maintain")["failed"].values()) == ["XX001"]
    assert db.one("select runs from obs.jobs where job = 'maintain'") == 0
