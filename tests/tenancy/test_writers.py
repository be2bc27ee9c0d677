"""A login mapped to tenant a tries to write, move or learn of tenant b's data, and gets nowhere. Each attempt says what
it must get."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from support.db import Db
from support.pipeline import copy_batch, event_id, item, line, log_batch, log_lines, refused, start
from support.tenants import MARK, outcome

B_RUN = f"{MARK}-run"


@pytest.fixture
def attacker(crowded: Db) -> Db:
    return crowded.login("test_writer_a")


def quarantined(db: Db) -> set[tuple[Any, ...]]:
    return {
        tuple(row)
        for row in db.rows(
            "select tenant_id, run_id, reason from obs.quarantined_events where sent_by = 'test_writer_a'"
        )
    }


def test_events_for_another_tenants_run_are_put_aside_by_whatever_way(crowded: Db, attacker: Db, unharmed) -> None:
    assert item(attacker, B_RUN, "crawl") == "quarantined"
    assert item(attacker, B_RUN, "crawl", tenant_id="b") == "quarantined"
    assert item(attacker, "no such run", "crawl", tenant_id="b") == "quarantined"
    for lifecycle in ("run_start", "run_finish", "metric", "heartbeat"):
        answer = attacker.call("log_event", run_id=B_RUN, stage=None, event=lifecycle, tenant_id="b", status="success")
        assert answer == "quarantined", lifecycle
    lines = [
        line(B_RUN, "run_start", stage=None, tenant_id="b"),
        line(B_RUN, tenant_id="b"),
        line(B_RUN, "stage_finish", tenant_id="b"),
        line("new run", "run_start", stage=None, tenant_id="b"),
        line("new run", "run_start", stage=None, tenant_id="new tenant"),
    ]
    assert log_lines(attacker, lines) == (0, 0, 5)
    assert log_lines(attacker, lines, tenant_id="b") == (0, 0, 5)
    assert log_batch(attacker, lines) == (0, 0, 5)
    assert log_lines(attacker, [{**made, "tenant_id": "a"} for made in lines[1:3]]) == (0, 0, 2)
    assert log_lines(attacker, [{k: v for k, v in lines[1].items() if k != "tenant_id"}], tenant_id="b") == (0, 0, 1)
    assert {tenant for tenant, _, _ in quarantined(crowded)} == {"a", None}
    assert crowded.one("select count(*) from obs.tenants where tenant_id = 'new tenant'") == 0
    unharmed()


def test_an_answer_does_not_tell_whether_another_tenants_run_exists(attacker: Db, unharmed) -> None:
    def answers(run: str, tenant: str | None) -> list[tuple[str, str]]:
        named = {} if tenant is None else {"tenant_id": tenant}
        found = []
        for function, more in [
            ("finish_stage", {"stage": "s"}), ("finish_run", {}), ("finish_run", {"status": "error"}),
            ("start_stage", {"stage": "s"}), ("set_metric", {"name": "n", "value": 1}), ("heartbeat", {}),
        ]:  # fmt: skip
            problem = refused(attacker.call, function, run_id=run, **more, **named)
            found.append((problem.sqlstate or "", str(problem).replace(run, "RUN")))
        found.append(("log_event", item(attacker, run, "s", **named)))
        found.append(("log_events", str(attacker.call("log_events", events=[line(run, tenant_id=tenant or "a")]))))
        return found

    for tenant in (None, "b"):
        assert answers(B_RUN, tenant) == answers("zulu9-run", tenant)
    assert {state for state, _ in answers(B_RUN, "b")[:6]} == {"OB002"}
    told = [str(refused(attacker.call, "start_run", tenant_id=tenant)) for tenant in ("b", "zulu9")]
    assert told[0].replace("'b'", "T") == told[1].replace("'zulu9'", "T")
    assert refused(attacker.call, "start_run", tenant_id="b").sqlstate == "42501"
    assert refused(attacker.call, "start_run", tenant_id="b", run_id=B_RUN).sqlstate == "42501"
    unharmed()


def test_a_run_of_the_same_id_is_the_attackers_own(crowded: Db, attacker: Db, unharmed) -> None:
    assert attacker.call("start_run", tenant_id="a", run_id=B_RUN) == B_RUN
    assert item(attacker, B_RUN, "crawl") == "accepted"
    assert attacker.call("finish_run", run_id=B_RUN).tenant_id == "a"
    unharmed()


def test_ids_of_another_tenants_events_neither_block_nor_reveal(crowded: Db, attacker: Db, unharmed) -> None:
    theirs = crowded.one("select event_id from obs.run_event_logs where tenant_id = 'b' limit 1")
    assert item(attacker, "alpha-run", "crawl", event_id=theirs) == "accepted"
    assert item(attacker, B_RUN, "crawl", tenant_id="b", event_id=theirs) == "quarantined"
    assert item(attacker, "unknown", "crawl", event_id=event_id(77)) == "quarantined"
    start(crowded, "unknown", tenant_id="b")
    assert crowded.one("select count(*) from obs.run_event_logs where tenant_id = 'b' and run_id = 'unknown'") == 0
    crowded.call("discard_run", run_id="unknown", tenant_id="b")
    crowded.execute("delete from obs.audit_log where action = 'discard_run'")
    unharmed()


def test_many_rows_for_another_tenant_are_put_aside_as_one_is(crowded: Db, attacker: Db, unharmed) -> None:
    rows = [line(B_RUN, tenant_id="b", event_id=event_id(n)) for n in range(5000)]
    assert log_batch(attacker, rows) == (0, 0, 5000)
    unharmed()


# What a session may try first, and the SQLSTATE it must get.
SESSION_TRICKS = [
    ("set role obs_writer", "00000"),
    ("set role obs_owner", "42501"),
    ("set role obs_admin", "42501"),
    ("set role obs_ops", "42501"),
    ("set role obs_cron", "42501"),
    ("set role test_writer_b", "42501"),
    ("set role test_writer", "42501"),
    ("set role postgres", "42501"),
    ("set role none", "00000"),
    ("select set_config('role', 'obs_owner', false)", "42501"),
    ("set session authorization test_writer_b", "42501"),
    ("set session authorization default", "00000"),
    ("set session_replication_role = replica", "42501"),
    ("set obs.tenant_id = 'b'", "00000"),
    ("set obs.tenant_id = 'a'",  "00000"),
    ("select set_config('obs.tenant_id', '', false)", "00000"),
    ("set obs.tenant_id = '{a,b}'", "00000"),
    ("set row_security = off", "00000"),
    ("set search_path = pg_temp, public", "00000"),
    ("set search_path = ''", "00000"),
    ("set check_function_bodies = off", "00000"),
    ("set session_preload_libraries = 'x'", "42501"),
    ("alter role test_writer_a set search_path = pg_temp", "00000"),
    ("alter role obs_owner login", "42501"),
    ("grant obs_owner to test_writer_a", "42501"),
    ("alter function obs.log_event owner to test_writer_a", "42501"),
    ("create or replace function obs.now() returns timestamptz language sql return now()", "42501"),
    ("create policy mine on obs.enrichment_runs using (true)", "42501"),
    ("alter table obs.enrichment_runs disable row level security", "42501"),
    ("create cast (obs.event as text) with inout", "42501"),
    ("select obs._enter('{}', null)", "42501"),
    ("select obs._store('{}', null)", "42501"),
    ("select obs._open_run('b', 'x', null, null, null, null)", "42501"),
    ("select obs.grant_access('test_writer_a', 'b')", "42501"),
    ("select obs.create_tenant('mine')", "42501"),
    ("select obs.tick()", "42501"),
    ("select obs._moved_now()", "42501"),
]  # fmt: skip


def probe(attacker: Db) -> None:
    """Everything a writer can call, aimed at b; the first answer may be anything but a success."""
    for query in (
        f"select obs.log_event('{B_RUN}', 's', 'finish', 'success')",
        f"select obs.log_event('{B_RUN}', 's', 'finish', 'success', p_tenant_id => 'b')",
        f"""select (obs.log_events('[{{"run_id": "{B_RUN}", "tenant_id": "b", "event": "finish"}}]')).accepted""",
    ):
        state, answer = outcome(attacker, query)
        assert state != "00000" or "accepted" not in answer, query
        assert state != "00000" or "(1,)" not in answer, query
    for query in (
        "select obs.start_run('b')",
        f"select obs.finish_run('{B_RUN}')",
        f"select obs.finish_stage('{B_RUN}', 's', p_tenant_id => 'b')",
        f"select obs.set_metric('{B_RUN}', 'n', 1)",
        f"select obs.heartbeat('{B_RUN}')",
        "select tenant_id from obs.enrichment_runs",
    ):
        assert outcome(attacker, query)[0] in ("42501", "OB002", "42883", "42P01"), query


def test_no_setting_and_no_role_lets_a_bound_login_loose(crowded: Db, unharmed) -> None:
    try:
        for trick, expected in SESSION_TRICKS:
            attacker = crowded.login("test_writer_a")
            assert outcome(attacker, trick)[0] == expected, trick
            probe(attacker)
            attacker.close()
    finally:
        crowded.execute("alter role test_writer_a reset all")
    unharmed()


AT_LOGIN = [
    "-c role=test_writer_b",
    "-c role=obs_owner",
    "-c session_authorization=test_writer_b",
    "-c obs.tenant_id=b",
    "-c search_path=pg_temp",
    "-c row_security=off",
    "-c session_replication_role=replica",
]


def test_nothing_a_login_says_of_itself_lets_it_loose(crowded: Db, unharmed) -> None:
    for option in AT_LOGIN:
        try:
            attacker = crowded.login("test_writer_a", options=option)
        except psycopg.OperationalError:
            continue
        probe(attacker)
        attacker.close()
    try:
        for setting in ("role = 'test_writer_b'", "role = 'obs_owner'", "search_path = pg_temp", "row_security = off"):
            outcome(crowded.login("test_writer_a"), f"alter role test_writer_a set {setting}")
            probe(crowded.login("test_writer_a"))
    finally:
        crowded.execute("alter role test_writer_a reset all")
    unharmed()


def test_a_moved_clock_is_refused_to_all_but_administrators(crowded: Db) -> None:
    for login in ("test_writer_a", "test_writer", "test_reader_a", "test_ops"):
        session = crowded.login(login)
        session.execute("set obs.now = '2030-01-01'")
        assert outcome(session, "select obs.now()")[0] == "42501", login
    writer = crowded.login("test_writer_a")
    writer.execute("set obs.now = '2030-01-01'")
    assert outcome(writer, "select obs.log_event('alpha-run', 's', 'finish', 'success')")[0] == "42501"
    assert outcome(writer, "select obs.start_run('a')")[0] == "42501"
    admin = crowded.login("test_admin")
    admin.execute("set obs.now = '2030-01-01 00:00Z'")
    assert admin.one("select obs.now()").year == 2030


EVIL = """
    create function pg_temp.evil() returns int language plpgsql
        as $$ begin raise 'evil as %', current_user; end $$;
    create function pg_temp.evil_trigger() returns trigger language plpgsql
        as $$ begin raise 'evil as %', current_user; end $$"""

FAKE_BATCH_TABLES = [
    "create temp table obs_batch (ord int)",
    "create temp table obs_batch of obs.event",
    "create temp table obs_batch (like pg_class)",
    "create temp table obs_batch (ord int) partition by list (ord)",
    "create temp view obs_batch as select null::obs.event",
    "create temp view obs_batch as select (null::obs.event).* from pg_temp.evil()",
    "create temp sequence obs_batch",
    "create type pg_temp.obs_batch as (ord int)",
    """create temp table obs_batch of obs.event;
        create rule r as on insert to pg_temp.obs_batch do also select pg_temp.evil()""",
    """create temp table obs_batch of obs.event;
        create trigger t before truncate on pg_temp.obs_batch execute function pg_temp.evil_trigger()""",
    """create temp table obs_batch of obs.event; grant all on pg_temp.obs_batch to obs_owner, obs_writer;
        alter table pg_temp.obs_batch alter column ord set default pg_temp.evil()""",
]


def test_a_batch_table_of_the_attackers_making_is_refused(crowded: Db, unharmed) -> None:
    for fake in FAKE_BATCH_TABLES:
        attacker = crowded.login("test_writer_a")
        attacker.execute(EVIL)
        attacker.execute(fake)
        for query in ("select obs.open_batch()", "select obs.log_batch(0)"):
            state, told = outcome(attacker, query)
            assert (state, "evil" in told) == ("OB006", False), (fake, query, told)
        attacker.close()
    unharmed()


ON_THE_REAL_BATCH_TABLE = [
    "select * from pg_temp.obs_batch",
    "delete from pg_temp.obs_batch",
    "update pg_temp.obs_batch set ord = 1",
    "truncate pg_temp.obs_batch",
    "drop table pg_temp.obs_batch",
    "alter table pg_temp.obs_batch rename to other",
    "alter table pg_temp.obs_batch add column x int",
    "alter table pg_temp.obs_batch alter column ord set default 5",
    "alter table pg_temp.obs_batch owner to test_writer_a",
    "alter table pg_temp.obs_batch enable row level security",
    "alter table pg_temp.obs_batch add constraint c check (pg_temp.evil() > 0)",
    "create trigger t before insert on pg_temp.obs_batch execute function pg_temp.evil_trigger()",
    "create rule r as on insert to pg_temp.obs_batch do also select 1",
    "create index on pg_temp.obs_batch ((pg_temp.evil()))",
    "create statistics s on ord, ts from pg_temp.obs_batch",
    "create policy p on pg_temp.obs_batch using (true)",
    "create temp table child () inherits (pg_temp.obs_batch)",
    "comment on table pg_temp.obs_batch is 'mine'",
    "copy pg_temp.obs_batch to stdout",
]


def test_nothing_can_be_hung_on_the_real_batch_table(crowded: Db, attacker: Db, unharmed) -> None:
    attacker.execute(EVIL)
    attacker.call("open_batch")
    for attempt in ON_THE_REAL_BATCH_TABLE:
        assert refused(attacker.execute, attempt).sqlstate == "42501", attempt
    attacker.execute("grant all on pg_temp.obs_batch to test_writer_b")
    granted = "select relacl::text from pg_class where oid = to_regclass('pg_temp.obs_batch')"
    assert "test_writer_b" not in attacker.one(granted)
    assert log_batch(attacker, [line("alpha-run"), line(B_RUN, tenant_id="b")]) == (1, 0, 1)
    unharmed()


def test_a_batch_that_another_role_opened_is_not_read_with_more_rights(crowded: Db, unharmed) -> None:
    """The table outlives the role that was set when it was made; what counts is who asks when it is logged."""
    attacker = crowded.login("test_writer_a")
    with attacker.conn.transaction():
        attacker.execute("set local role obs_writer")
        attacker.call("open_batch")
        copy_batch(attacker, [line(B_RUN, tenant_id="b")])
        assert attacker.call("log_batch", expected=1).accepted == 0
    unharmed()


SHADOWS = """
    create schema evil;
    create table evil.caught (who text, name text);
    grant all on evil.caught to public;
    grant usage on schema evil to public;
    create function evil.spring(p_name text) returns void language plpgsql security invoker as $$
        begin insert into evil.caught values (current_user, p_name); end $$;
    create function {schema}.now() returns timestamptz language plpgsql
        as $$ begin perform evil.spring('now'); return clock_timestamp(); end $$;
    create function {schema}.clock_timestamp() returns timestamptz language plpgsql
        as $$ begin perform evil.spring('clock'); return pg_catalog.now(); end $$;
    create function {schema}.pg_has_role(text, oid, text) returns boolean language plpgsql
        as $$ begin perform evil.spring('pg_has_role'); return true; end $$;
    create function {schema}.pg_has_role(name, oid, text) returns boolean language plpgsql
        as $$ begin perform evil.spring('pg_has_role'); return true; end $$;
    create function {schema}.current_setting(text, boolean) returns text language plpgsql
        as $$ begin perform evil.spring('current_setting'); return 'b'; end $$;
    create function {schema}.to_regclass(text) returns regclass language plpgsql
        as $$ begin perform evil.spring('to_regclass'); return null; end $$;
    create function {schema}.format(text, text) returns text language plpgsql
        as $$ begin perform evil.spring('format'); return 'select 1'; end $$;
    create function {schema}.quote_literal(text) returns text language plpgsql
        as $$ begin perform evil.spring('quote_literal'); return ''; end $$;
    create function {schema}.gen_random_uuid() returns uuid language plpgsql
        as $$ begin perform evil.spring('uuid'); return md5('')::uuid; end $$;
    create function {schema}.jsonb_typeof(jsonb) returns text language plpgsql
        as $$ begin perform evil.spring('jsonb_typeof'); return 'array'; end $$;
    create function {schema}.cardinality(text[]) returns int language plpgsql
        as $$ begin perform evil.spring('cardinality'); return 1; end $$;
    create function {schema}.unnest(obs.event[]) returns setof obs.event language plpgsql
        as $$ begin perform evil.spring('unnest'); return; end $$;
    create function {schema}.same(text, text) returns boolean language plpgsql
        as $$ begin perform evil.spring('='); return true; end $$;
    create function {schema}.joined(text, text) returns text language plpgsql
        as $$ begin perform evil.spring('||'); return ''; end $$;
    create operator {schema}.= (leftarg = text, rightarg = text, function = {schema}.same);
    create operator {schema}.<> (leftarg = text, rightarg = text, function = {schema}.same);
    create operator {schema}.~ (leftarg = text, rightarg = text, function = {schema}.same);
    create operator {schema}.|| (leftarg = text, rightarg = text, function = {schema}.joined);
    create function {schema}.obs_event_bool(obs.event) returns boolean language plpgsql
        as $$ begin perform evil.spring('event'); return true; end $$;
"""


@pytest.mark.parametrize("schema", ["public", "evil"])
def test_functions_and_operators_that_shadow_the_systems_are_never_run(crowded: Db, schema: str) -> None:
    crowded.execute("grant create on schema public to test_writer_a")
    crowded.execute(f"grant create on database {crowded.conn.info.dbname} to test_writer_a")
    attacker = crowded.login("test_writer_a")
    attacker.execute(SHADOWS.format(schema=schema))
    assert attacker.one(f"select {schema}.now() is not null and {schema}.pg_has_role('x'::text, 1::oid, 'y')") is True
    assert crowded.one("with gone as (delete from evil.caught returning 1) select count(*) from gone") == 2
    use_everything(attacker, f"{schema}, pg_temp, public, pg_catalog")
    use_everything(attacker, f"{schema}, public")
    crowded.execute(f"set search_path = {schema}, public, pg_catalog")
    crowded.execute("select obs.tick()")
    crowded.execute("select obs.maintain()")
    crowded.execute("reset search_path")
    assert crowded.rows("select distinct who, name from evil.caught where who <> 'test_writer_a'") == []


def use_everything(attacker: Db, search_path: str) -> None:
    attacker.execute(f"set search_path = {search_path}")
    run = attacker.call("start_run", tenant_id="a", meta={"n": 1}, trace_url="https://x.example/y")
    attacker.call("start_stage", run_id=run, stage="s", planned=3)
    assert (
        item(attacker, run, "s", extra={"bucket": "High", "note": "mailto jane.doe@example.com"}, duration_ms=4)
        == "accepted"
    )
    assert log_lines(attacker, [line(run, company_id="a\tb"), line(run, ts="2026-01-31 10:00")]) == (2, 0, 0)
    assert log_batch(attacker, [line(run), line(run, error_msg="jane.doe@example.com said no")]) == (2, 0, 0)
    attacker.call("set_metric", run_id=run, name="m", value=1, reason="r")
    attacker.call("heartbeat", run_id=run)
    assert attacker.call("finish_stage", run_id=run, stage="s").tenant_id == "a"
    assert attacker.call("finish_run", run_id=run).tenant_id == "a"
    attacker.execute("reset search_path")


def test_squatted_locks_and_open_transactions_hold_up_nobody_else(crowded: Db, attacker: Db) -> None:
    attacker.execute("begin")
    attacker.execute("select pg_advisory_lock(hashtext(n)) from unnest(array['obs install', 'obs', 'tick', 'obs.tick', "
                     "'obs:tick', 'maintain', 'obs.maintain', 'obs_alerts', 'b', 'bravo-run']) n")  # fmt: skip
    attacker.execute("select pg_advisory_lock(n) l, pg_advisory_lock(0, n) m, pg_advisory_xact_lock_shared(-n) s"
                     " from generate_series(1, 300) n")  # fmt: skip
    attacker.call("start_run", tenant_id="a", run_id="held")
    item(attacker, "alpha-run", "crawl")
    attacker.call("finish_stage", run_id="alpha-run", stage="crawl")
    crowded.execute("set statement_timeout = '5s'")
    item(crowded, B_RUN, "crawl", tenant_id="b")
    assert crowded.call("tick")["folded_runs"] == 1
    assert "skipped" not in crowded.call("maintain")
    victim = crowded.login("test_writer_b", options="-c statement_timeout=5s")
    assert victim.call("start_run", tenant_id="b", run_id="held") == "held"
    assert item(victim, "held", "crawl") == "accepted"
    assert victim.call("finish_run", run_id="held").status == "success"
    attacker.execute("rollback")


def test_a_listener_learns_nothing_from_what_others_log(crowded: Db, attacker: Db) -> None:
    channels = [n for (n,) in crowded.rows("select relname from pg_class where relnamespace = 'obs'::regnamespace")]
    for channel in ["obs", "obs_alerts", "obs_events", B_RUN, "b", *channels]:
        attacker.execute(f'listen "{channel}"')
    item(crowded, B_RUN, "crawl", ok=False, error_code="HTTP_402")
    crowded.call("finish_run", run_id=B_RUN)
    crowded.call("tick")
    heard = [note.payload for note in attacker.conn.notifies(timeout=0.05)]
    assert [payload for payload in heard if not (payload.isdigit() or payload == "outbox")] == [], "ids say nothing"


def test_copy_reaches_no_table(attacker: Db, unharmed) -> None:
    for table in ("run_event_logs", "enrichment_runs", "tenant_roles", "quarantined_events", "stage_deltas"):
        for direction in ("from stdin", "to stdout"):
            assert outcome(attacker, f"copy obs.{table} {direction}")[0] == "42501", (table, direction)
    assert outcome(attacker, "copy (select 1) to program 'true'")[0] == "42501"
    unharmed()


def test_the_attackers_login_still_does_its_own_work(attacker: Db) -> None:
    assert item(attacker, "alpha-run", "crawl") == "accepted"
    assert attacker.call("finish_run", run_id="alpha-run").status == "success"
