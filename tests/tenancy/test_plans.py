"""What a tenant's reader asks all day is answered by indexes, row security and all: 50 tenants, 32 runs of each."""

from __future__ import annotations

import re
from typing import Any

import psycopg
import pytest

from support.alerts import Watch
from support.db import Db

TENANTS, DAYS, RUNS, EVENTS = 50, 8, 32, 10

HOT = {
    "a run by its key": "select * from obs.enrichment_runs where tenant_id = 't7' and run_id = 'run-7-3'",
    "a run by its id alone": "select * from obs.enrichment_runs where run_id = 'run-7-3'",
    "events of a run": "select * from obs.run_event_logs where tenant_id = 't7' and run_id = 'run-7-3'",
    "events of a run, its day known": """select * from obs.run_event_logs
        where tenant_id = 't7' and run_id = 'run-7-3' and run_day = '2026-11-04'""",
    "events by trace": "select * from obs.run_event_logs where tenant_id = 't7' and trace_id = 'trace-7-3-5'",
    "stages of a run": "select * from obs.run_stage_stats where tenant_id = 't7' and run_id = 'run-7-3'",
    "vendors of a run": "select * from obs.run_vendor_usage where tenant_id = 't7' and run_id = 'run-7-3'",
    "histogram of a stage": "select * from obs.latency_buckets where tenant_id = 't7' and run_id = 'run-7-3'",
    "overview of a tenant's days": """select * from obs.run_overview
        where tenant_id = 't7' and started_at >= '2026-11-05Z' and started_at < '2026-11-07Z'""",
}
BIG = ("enrichment_runs", "run_event_logs", "run_stage_stats", "run_vendor_usage", "latency_buckets")


@pytest.fixture
def seeded(db: Db) -> Db:
    """The first tenant's lines come in by the door; the others have copies of what was stored of them."""
    for tenant in range(1, TENANTS + 1):
        db.call("create_tenant", tenant_id=f"t{tenant}")
    lines: list[dict[str, Any]] = []
    for run in range(RUNS):
        at = f"2026-11-{run % DAYS + 1:02d}T01:00:00Z"
        place = {"tenant_id": "t1", "run_id": f"run-1-{run}"}
        lines.append({**place, "logger": "obs.run", "event": "run_start", "ts": at})
        for number in range(EVENTS):
            lines.append(
                {**place, "logger": "obs.stage", "stage": f"stage {number % 4}", "event": "finish", "ts": at,
                 "status": "success", "duration_ms": number + 1, "trace_id": f"trace-1-{run}-{number}"}
            )  # fmt: skip
            lines.append({**place, "logger": "obs.vendor", "stage": "s", "event": "vendor_call", "ts": at,
                          "vendor": f"v{number % 3}", "status": "success", "duration_ms": 5})  # fmt: skip
        lines.append({**place, "logger": "obs.run", "event": "run_finish", "status": "success", "ts": at})
    assert db.call("log_events", events=lines).accepted == len(lines)
    for table in BIG:
        copy(db, table)
    assert db.one("select count(*) from obs.run_event_logs") == TENANTS * len(lines)
    db.execute("analyze")
    return db


def copy(db: Db, table: str) -> None:
    """The first tenant's rows, for each of the others: `run-1-3` is its `run-7-3`."""
    columns = [name for (name,) in db.rows(
        """select attname from pg_attribute
        where attrelid = %s::regclass and attnum > 0 and not attisdropped and attgenerated = ''""",
        (f"obs.{table}",),
    )]  # fmt: skip
    theirs = {"tenant_id": "'t' || number"} | {
        name: f"replace({name}, '-1-', '-' || number || '-')" for name in ("run_id", "trace_id")
    }
    db.execute(
        f"insert into obs.{table} ({', '.join(columns)}) select {', '.join(theirs.get(name, name) for name in columns)}"
        f" from obs.{table}, generate_series(2, {TENANTS}) number"
    )


def test_hot_reads_scan_no_big_table_whether_they_find_something_or_not(seeded: Db) -> None:
    """The tenant's own reader, and one of another tenant, who finds nothing as fast."""
    for login, tenant in (("test_reader_a", "t7"), ("test_reader_b", "t8")):
        seeded.call("grant_access", role=login, tenant_id=tenant)
    partitions = [n for (n,) in seeded.rows("select relname from pg_class where relispartition and relkind = 'r'")]
    assert len(partitions) >= DAYS
    names = "|".join([*BIG, *partitions])
    slow = {}
    for login, finds in (("test_reader_a", True), ("test_reader_b", False)):
        reader = seeded.login(login)
        for name, query in HOT.items():
            assert (reader.rows(query) != []) == finds, (login, name)
            plan = "\n".join(line for (line,) in reader.rows(f"explain (costs off) {query}"))
            if re.search(rf"Seq Scan on ({names if finds else '|'.join(BIG)})\b", plan):
                slow[login, name] = plan
    assert not slow, "\n\n".join(f"{key}\n{plan}" for key, plan in slow.items())


# What a reader may ask about a run by its id alone.
ABOUT_A_RUN = """
    select distinct p.proname from pg_proc p
    where p.pronamespace = 'obs'::regnamespace and left(p.proname, 1) <> '_' and p.proargnames[1] = 'p_run_id'
        and p.pronargs - p.pronargdefaults = 1 and has_function_privilege('test_reader_a', p.oid, 'execute')
    order by 1"""
MET = """select relname, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) as met from pg_stat_xact_user_tables
    where schemaname = 'obs'"""


def met(reader: Db, query: str, about: Any) -> tuple[str, dict[str, int]]:
    """How the query ends, and how many rows of which tables it touches."""
    with reader.conn.transaction(force_rollback=True):
        before: dict[str, int] = dict(reader.rows(MET))
        state = "00000"
        try:
            with reader.conn.transaction():
                reader.execute(query, (about,))
        except psycopg.Error as error:
            state = str(error.sqlstate)
        return state, {table: n - before[table] for table, n in reader.rows(MET) if n != before[table]}


def test_a_run_of_another_tenant_is_not_met_on_the_way(db: Db, tenants: tuple[str, str]) -> None:
    """So no clock tells it from one that does not exist: a question about either touches the same rows."""
    for tenant in tenants:
        for number in range(1, 4):
            db.call("start_run", tenant_id=tenant, run_id=f"{tenant}-{number}")
    functions = [name for (name,) in db.rows(ABOUT_A_RUN)]
    assert {"run_stats", "timeline", "explain", "gaps", "run_events_csv"} <= {*functions}
    reader = db.login("test_reader_a")
    reader.execute("set enable_seqscan = off")  # as in a table that has grown

    for name in functions:
        query = f"select * from obs.{name}(p_run_id => %s)"
        state, rows = met(reader, query, "a-2")
        assert (state != "OB002", "enrichment_runs" in rows) == (True, True), (name, state, rows)
        somebody_elses = met(reader, query, "b-2")
        assert somebody_elses == met(reader, query, "b-2x"), name
        assert somebody_elses[0] == "OB002"


def test_an_alert_of_another_tenant_is_not_met_on_the_way(db: Db, tenants: tuple[str, str]) -> None:
    watch = Watch(db)
    for tenant in tenants:
        watch.run(tenant, f"{tenant}-night", crawl=(40, 30))
    own, foreign = (db.one("select min(alert_id) from obs.alerts where tenant_id = %s", (t,)) for t in tenants)
    reader = db.login("test_reader_a")
    reader.execute("set enable_seqscan = off")
    for name in ("runbook_steps", "next_steps", "diagnose", "ack"):
        query = f"select * from obs.{name}(p_alert_id => %s)"
        state, rows = met(reader, query, own)
        assert (state, "alerts" in rows) == ("00000", True), (name, state, rows)
        somebody_elses = met(reader, query, foreign)
        assert somebody_elses == met(reader, query, 4711), name
        assert somebody_elses[0] == "OB010"
