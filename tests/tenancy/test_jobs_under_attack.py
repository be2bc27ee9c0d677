"""A writer or host with bad intent neither holds up what is added up for others, nor has anybody run its code."""

from __future__ import annotations

import pytest

from support.db import Db
from support.pipeline import item, line, log_lines, run_row, stage_row, start
from support.tenants import MARK

HOST_TABLE = "public.host_runs"
COLUMNS = "run_id text, tenant_id text, started_at timestamptz, ended_at timestamptz, status text"


@pytest.fixture
def attacker(crowded: Db) -> Db:
    crowded.call("tick")
    return crowded.login("test_writer_a")


def test_runs_that_a_writer_holds_do_not_use_up_what_a_tick_may_take(crowded: Db, attacker: Db) -> None:
    held = [f"held-{number}" for number in range(5)]
    for run in held:
        start(attacker, run)
        item(attacker, run, "crawl")
    item(crowded, f"{MARK}-run", "late", tenant_id="b")
    attacker.execute("begin")
    for run in held:
        attacker.call("start_stage", run_id=run, stage="held")
    assert crowded.call("tick", max_runs=2)["folded_runs"] == 1
    assert stage_row(crowded, f"{MARK}-run", "late", "b").count_total == 1
    attacker.execute("rollback")
    assert [crowded.call("tick", max_runs=2)["folded_runs"] for _ in range(4)] == [2, 2, 1, 0]


def test_a_run_that_cannot_be_added_up_stops_no_other(crowded: Db, attacker: Db) -> None:
    start(attacker, "poison")
    item(attacker, "poison", "crawl", vendor="v")
    item(attacker, "alpha-run", "late")
    item(crowded, f"{MARK}-run", "late", tenant_id="b")
    crowded.execute("update obs.stage_deltas set tokens_cached = 9223372036854775807 where run_id = 'poison'")
    crowded.execute("insert into obs.stage_deltas select * from obs.stage_deltas where run_id = 'poison'")
    ticked = crowded.call("tick")
    assert (ticked["folded_runs"], ticked["failed_runs"]) == (2, 1)
    assert crowded.one("select state from obs.status() where check_name = 'job tick'") == "red", (
        "a failed run is no green tick"
    )
    assert stage_row(crowded, f"{MARK}-run", "late", "b").count_total == 1
    crowded.execute(
        "update obs.enrichment_runs set created_at = '2026-01-01Z', heartbeat_at = null, last_event_at = null"
    )
    crowded.execute("update obs.settings set value = '60' where key = 'silence_timeout_s'")
    crowded.set_now((crowded.one("select clock_timestamp() + interval '1 day'")).isoformat())
    ticked = crowded.call("tick")
    assert (ticked["failed_runs"], ticked["crashed_runs"]) == (1, 2)
    assert (run_row(crowded, "poison").status, run_row(crowded, f"{MARK}-run", "b").status) == ("running", "crashed")


@pytest.mark.parametrize("number", ["٣", "\u20033", "3\u2003", "３", "٢٠٢٦"])
def test_digits_and_blanks_of_other_scripts_are_no_numbers_and_no_errors(attacker: Db, number: str) -> None:
    lines = [
        line("alpha-run", duration_ms=number, cost_usd=number, tokens_input=number, seq=number),
        line("alpha-run", ts=f"{number}-11-23T10:00:00Z"),
        line("alpha-run", "vendor_call", vendor="v", extra={"tokens_cached": number, "tokens_reasoning": number}),
        line("alpha-run", "stage_finish", extra={"expected_events": number}),
        line("alpha-run", "metric", stage=None, extra={"name": "m", "value": number}),
    ]
    assert log_lines(attacker, lines) == (5, 0, 0)


def test_a_run_of_very_many_stages_is_closed_in_no_time(crowded: Db, attacker: Db) -> None:
    stages = [line("alpha-run", stage=f"stage {number}") for number in range(5000)]
    assert log_lines(attacker, stages) == (5000, 0, 0)
    crowded.execute("set statement_timeout = '8s'")
    assert crowded.call("tick")["folded_runs"] == 1
    crowded.execute("set statement_timeout = '1s'")
    assert attacker.call("finish_run", run_id="alpha-run", status="cancelled").status == "cancelled"
    assert stage_row(crowded, "alpha-run", "stage 4999").status == "cancelled"


def test_a_deferred_trigger_of_the_host_never_runs_as_a_writer(crowded: Db, attacker: Db) -> None:
    """The write-back of a trace URL runs as obs_host; deferred triggers would run as whoever commits."""
    crowded.execute(f"create table {HOST_TABLE} ({COLUMNS})")
    crowded.call("attach_runs", relation=HOST_TABLE)
    crowded.execute(f"insert into {HOST_TABLE} values ('host-run', 'a', now(), null, 'running')")
    crowded.execute(f"""
        create table public.loot (who text);
        grant all on public.loot to public;
        create function public.steal() returns trigger language plpgsql as
            $$ begin insert into public.loot values (current_user); return null; end $$;
        create trigger at_once after update on {HOST_TABLE} for each row execute function public.steal()""")
    start(attacker, "host-run", trace_url="https://trace/1")
    assert crowded.rows("select who from public.loot") == [("obs_host",)]
    assert crowded.one(f"select langsmith_trace_url from {HOST_TABLE}") == "https://trace/1"
    for child in ("", "create table public.child () inherits (public.host_runs); "):
        crowded.execute(f"drop trigger if exists later on {HOST_TABLE}; delete from public.loot")
        crowded.execute(
            f"{child} create constraint trigger later after update on {'public.child' if child else HOST_TABLE}"
            " deferrable initially deferred for each row execute function public.steal()"
        )
        start(attacker, "host-run", trace_url="https://trace/2")
        assert crowded.rows("select who from public.loot") == []
        assert crowded.one(f"select langsmith_trace_url from {HOST_TABLE}") == "https://trace/1"
        assert run_row(crowded, "host-run").langsmith_trace_url == "https://trace/2"


def test_a_partitioned_table_of_the_host_is_mirrored(crowded: Db) -> None:
    crowded.execute(f"""
        create table {HOST_TABLE} ({COLUMNS}) partition by list (tenant_id);
        create table public.host_runs_a partition of {HOST_TABLE} for values in ('a')""")
    crowded.call("attach_runs", relation=HOST_TABLE)
    crowded.execute("create table public.host_runs_b partition of public.host_runs default")
    for tenant in ("a", "b"):
        crowded.execute(f"insert into {HOST_TABLE} values ('host-run', %s, now(), null, 'running')", (tenant,))
        assert run_row(crowded, "host-run", tenant).host_relation == HOST_TABLE
        start(crowded, "host-run", tenant, trace_url="https://trace/1")
    assert crowded.rows(f"select distinct langsmith_trace_url from {HOST_TABLE}") == [("https://trace/1",)]
    assert crowded.one("select count(*) from obs.quarantined_events where reason = 'host_row'") == 0
