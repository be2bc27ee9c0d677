"""Attempts to learn of another tenant's rows by what SQL tells besides rows: errors, plans, statistics."""

from __future__ import annotations

import re
import statistics
import time
from typing import Any

from psycopg import sql

from security.attempts import ALLOWED, DENIED, attempt, play
from support.db import Db
from support.tenants import MARK, outcome

READERS = ("reader", "bi", "reviewer")
NO_READERS = ("bound writer", "unbound writer", "forwarder", "cron", "host", "stranger")

RELATIONS = """
    select c.relname, c.relispartition,
        array(select a.attname::text from pg_attribute a
            where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as cols
    from pg_class c where c.relnamespace = 'obs'::regnamespace and c.relkind in ('r', 'p', 'v', 'm') order by 1"""

SHOUT = """create function pg_temp.shout(p_row text) returns boolean language plpgsql cost 0.0000001 as
    $$ begin if p_row ~ 'bravo' then raise exception 'heard %', p_row; end if; return true; end $$"""

# Where a tenant's reader makes the row itself part of an error. {row} is the whole row as text.
IN_ERRORS = (
    "select count(*) from obs.{relation} t where pg_temp.shout(t::text)",
    "select count(*) from obs.{relation} t where pg_temp.shout(t::text) and {column} is not null",
    "select count(*) from obs.{relation} t where 1 / case when t::text ~ 'bravo' then 0 else 1 end = 1",
    "select count(*) from obs.{relation} t where (case when t::text ~ 'bravo' then t::text else '1' end)::int = 1",
    "select count(*) from obs.{relation} t where case when t::text ~ 'bravo' then t::text::jsonb is null else true end",
    "select 1 from obs.{relation} t group by t::text having pg_temp.shout(t::text)",
    "select 1 from obs.{relation} t order by pg_temp.shout(t::text)",
    "select count(*) from obs.{relation} t join (values (true)) v (x) on pg_temp.shout(t::text) = v.x",
    "select count(*) from obs.{relation} t, lateral (select pg_temp.shout(t::text) offset 0) s",
    "select 1 from obs.{relation} t where ctid = '(0,1)' and pg_temp.shout(t::text)",
    "select count(pg_temp.shout(t::text)) from obs.{relation} t",
    "select 1 where exists (select from obs.{relation} t where pg_temp.shout(t::text))",
)


def test_nothing_of_another_tenant_gets_into_an_error(crowded: Db, cast: dict[str, str], unharmed) -> None:
    """A function that costs nothing and raises what it sees is asked behind the policy, never before it."""
    made, heard = 0, []
    for role in READERS:
        session = crowded.login(cast[role])
        session.execute(SHOUT)
        session.execute("create operator pg_temp.=== (leftarg = text, rightarg = text, function = texteq)")
        for relation in crowded.rows(RELATIONS):
            for query in IN_ERRORS:
                state, told = outcome(session, query.format(relation=relation.relname, column=f'"{relation.cols[0]}"'))
                made += 1
                if MARK in told or state in ("P0001", "22012", "22P02"):
                    heard.append(f"{role}: {query} on {relation.relname}: {state} {told[:80]}")
    print(f"{made} attempts")
    assert not heard, "\n".join(heard)
    all_seeing = crowded.login(cast["ops"])
    all_seeing.execute(SHOUT)
    state, told = outcome(all_seeing, IN_ERRORS[0].format(relation="enrichment_runs"))
    assert (state, MARK in told) == ("P0001", True), "the function would have told, had it been asked"
    unharmed()


def test_casts_inside_extra_fail_on_own_rows_only(crowded: Db, cast: dict[str, str]) -> None:
    crowded.execute("update obs.run_event_logs set extra = '{\"http_status\": 200}' where tenant_id = 'a'")
    for role in READERS[:2]:
        session = crowded.login(cast[role])
        for query in (
            "select sum((extra ->> 'http_status')::int) is not null from obs.run_event_logs",
            "select count(*) >= 0 from obs.run_event_logs where coalesce((extra ->> 'bucket')::int, 0) = 0",
        ):
            assert outcome(session, query) == (ALLOWED, "[(True,)]"), (role, query)


AROUND_THE_PARENT = (
    "select count(*) from obs.{partition}",
    "select count(*) from only obs.{partition}",
    "select 1 from obs.{partition} limit 0",
    "select ctid from obs.{partition}",
    "select 1 from obs.{partition} where ctid = '(0,1)'",
    "select count(*) from obs.{partition} tablesample system (100)",
    "copy obs.{partition} to stdout",
    "copy (table obs.{partition}) to stdout",
    "declare c scroll cursor with hold for table obs.{partition}",
    "create temp table t as table obs.{partition}",
    "create temp view v as table obs.{partition}; table v",
    "explain select from obs.{partition}",
    "select table_to_xml('obs.{partition}', true, true, '')",
    "analyze obs.{partition}; select 1/0",
    "lock table obs.{partition}",
    "create temp table t () inherits (obs.{partition})",
    "delete from obs.{partition}",
    "merge into obs.{partition} t using (values (1)) v (n) on false when matched then delete",
)  # fmt: skip


def is_without_xml(query: str, state: str | None) -> bool:
    """A server built without libxml refuses its functions to everybody."""
    return "_to_xml(" in query and state == "0A000"


def test_no_partition_answers_by_any_way(crowded: Db, cast: dict[str, str], unharmed) -> None:
    partitions = [r.relname for r in crowded.rows(RELATIONS) if r.relispartition]
    assert partitions
    made = 0
    for role in (*READERS, *NO_READERS, "ops", "admin"):
        session = crowded.login(cast[role])
        for partition in partitions:
            for query in AROUND_THE_PARENT:
                state, _ = outcome(session, query.format(partition=partition))
                outcome(session, "close all")
                made += 1
                own = {"analyze": "22012", "lock": "25P01", "create": "42809"}.get(query.split()[0])
                assert state in (DENIED, own) or is_without_xml(query, state), (role, query, state)
    print(f"{made} attempts")
    unharmed()


THROUGH_THE_PARENT = (
    "select t::text from only obs.run_event_logs t",
    "select t::text from obs.run_event_logs t tablesample system (100)",
    "select t::text from obs.run_event_logs t tablesample bernoulli (100)",
    "select t::text, t.tableoid::regclass, t.ctid from obs.run_event_logs t",
    "select table_to_xml('obs.run_event_logs', true, true, '')::text",
    "select query_to_xml('select t::text from obs.enrichment_runs t', true, true, '')::text",
    "select min(t::text), max(t::text), string_agg(t::text, ',') from obs.enrichment_runs t",
    "select string_agg(t::text, ',') over () from obs.run_metrics t",
    "with recursive r (x) as (select t::text from obs.run_stage_stats t union select x from r) select x from r",
    "select t::text from obs.enrichment_runs t for key share",
    "select t::text from obs.enrichment_runs t union all select t::text from obs.run_overview t",
    "select row_security_active('obs.enrichment_runs')",
)  # fmt: skip


def test_the_parent_answers_with_own_rows_whatever_the_form(crowded: Db, cast: dict[str, str]) -> None:
    for role in ("reader", "bi"):
        session = crowded.login(cast[role])
        for query in THROUGH_THE_PARENT:
            state, told = outcome(session, query)
            assert MARK not in told, (role, query)
            expected = DENIED if "for key share" in query else ALLOWED
            assert state == expected or is_without_xml(query, state), (role, query, state, told)
        for setting in (
            "set enable_seqscan = off",
            "set force_parallel_mode = on",
            "set plan_cache_mode = force_generic_plan",
        ):
            outcome(session, setting)
            assert MARK not in outcome(session, "select string_agg(t::text, ',') from obs.run_event_logs t")[1]


def test_a_cursor_held_over_a_change_of_role_keeps_its_rows(crowded: Db, cast: dict[str, str]) -> None:
    """Rows of a held cursor were chosen when it was made. A prepared statement is planned anew for who asks."""
    session = crowded.login(cast["reader"])
    session.execute("prepare p as select tenant_id from obs.enrichment_runs")
    session.execute("declare c cursor with hold for select t::text from obs.enrichment_runs t")
    for trick in ("set role obs_reader", "set obs.tenant_id = 'b'", "set row_security = off", "set role none"):
        outcome(session, trick)
        assert "'b'" not in outcome(session, "execute p")[1], trick
        assert MARK not in outcome(session, "fetch all in c")[1], trick


STATISTICS = [
    *[attempt((*READERS, *NO_READERS), f"select count(*) from {view} where schemaname = 'obs'", gets="[(0,)]")
      for view in ("pg_stats", "pg_stats_ext", "pg_stats_ext_exprs")],
    *[attempt((*READERS, *NO_READERS), f"select count(*) from {table}", gets=DENIED)
      for table in ("pg_statistic", "pg_statistic_ext_data", "pg_largeobject")],
    attempt((*READERS, *NO_READERS), "select count(*) from pg_stat_activity"
            " where query ~ 'bravo' and pid <> pg_backend_pid()",
            gets="[(0,)]"),
    attempt((*READERS, *NO_READERS), "select count(*) from pg_prepared_xacts", gets="[(0,)]"),
    attempt((*READERS, *NO_READERS), "select count(*) from pg_matviews where schemaname = 'obs'", gets="[(0,)]"),
    attempt((*READERS, *NO_READERS),
            "select count(*) from information_schema.columns"
            " where table_schema = 'obs' and table_name = 'tenant_peppers'",
            gets="[(0,)]"),
    attempt((*READERS, *NO_READERS), "select 1 from pg_catalog.pg_class where reltuples > 1e9", gets="[]"),
]  # fmt: skip


def test_statistics_hold_no_values_of_others(crowded: Db, cast: dict[str, str]) -> None:
    crowded.execute("analyze")
    assert (
        crowded.one("select count(*) from pg_stats where schemaname = 'obs' and most_common_vals::text ~ 'bravo'") > 0
    )
    shown = "select pg_stats.schemaname from pg_stats where schemaname = 'obs'"
    assert len(crowded.rows(shown)) > 50
    print(f"{play(crowded, cast, STATISTICS)} attempts")


def test_explain_tells_counts_and_no_values(crowded: Db, cast: dict[str, str]) -> None:
    """A known limit, stated in docs/security.md: EXPLAIN ANALYZE shows how many rows the policy took away."""
    session = crowded.login(cast["reader"])
    plans: list[str] = []
    for relation in crowded.rows(RELATIONS):
        query = sql.SQL("explain (analyze, verbose, buffers) select * from obs.{} t").format(
            sql.Identifier(relation.relname)
        )
        state, told = outcome(session, query)
        plans.append(told)
        assert (state in (ALLOWED, DENIED), MARK in told) == (True, False), relation.relname
    text = "".join(plans)
    assert re.search("Rows Removed by Filter: [1-9]", text), "the limit is gone: say so in docs/security.md"


def medians(db: Db, query: str, runs: tuple[str, str], times: int) -> list[float]:
    """Microseconds of a call about each run, asked in turns."""
    taken: dict[str, list[float]] = {run: [] for run in runs}
    for _ in range(times):
        for run in runs:
            begun = time.perf_counter()
            outcome(db, query, {"run": run})
            taken[run].append(time.perf_counter() - begun)
    return [statistics.median(taken[run]) * 1e6 for run in runs]


ORACLES: tuple[tuple[str, str], ...] = (
    ("bound writer", "select obs.finish_run(%(run)s)"),
    ("bound writer", "select obs.start_run('b', p_run_id => %(run)s)"),
    ("bound writer", "select obs.log_event(%(run)s, 's', 'finish', 'success', p_tenant_id => 'b')"),
    ("bound writer", "select obs.heartbeat(%(run)s, 'b')"),
    ("reader", "select * from obs.recompute(%(run)s)"),
    ("reader", "select * from obs.gaps(%(run)s, 'b')"),
    ("reader", "select count(*) from obs.enrichment_runs where run_id = %(run)s"),
)


def test_answers_about_a_run_of_another_tenant_are_those_about_none(crowded: Db, cast: dict[str, str]) -> None:
    """Words and SQLSTATE are equal. Times are printed: what differs is told in docs/security.md."""
    for role, query in ORACLES:
        session = crowded.login(cast[role])
        answers: list[Any] = [
            [part.replace(run, "RUN") for part in outcome(session, query, {"run": run})]
            for run in ("bravo-run", "zulu9-run")
        ]
        assert answers[0] == answers[1], (role, query)
        of_b, of_none = medians(session, query, ("bravo-run", "zulu9-run"), 200)
        print(f"{query}: median {of_b:.0f} µs for a run of b, {of_none:.0f} µs for none")
