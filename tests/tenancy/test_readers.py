"""A tenant's reader finds no row and no sign of another tenant, wherever it looks. The places come from the catalog."""

from __future__ import annotations

from typing import Any

from psycopg import sql

from support.db import Db
from support.tenants import MARK, outcome

RELATIONS = """
    select c.relname, c.relkind, c.relispartition, exists (
        select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
    ) as of_tenants
    from pg_class c where c.relnamespace = 'obs'::regnamespace and c.relkind in ('r', 'p', 'v', 'm') order by 1"""


def relations(db: Db) -> list[Any]:
    found = db.rows(RELATIONS)
    assert len(found) > 20
    return found


def signs_of_b(reader: Db, relation: Any) -> str | None:
    """What tells of b when the relation is read; the SQLSTATE of a refusal is no sign."""
    name = sql.Identifier(relation.relname)
    state, rows = outcome(reader, sql.SQL("select t::text from obs.{} t").format(name))
    if state != "00000":
        return None if state == "42501" and MARK not in rows else f"{state} {rows}"
    if MARK in rows:
        return rows
    if relation.of_tenants:
        count = reader.conn.execute(sql.SQL("select count(*) from obs.{} where tenant_id = 'b'").format(name))
        if found := count.fetchone()[0]:  # type: ignore[index]
            return f"{found} rows"
    return None


SESSIONS = [
    "select 1",
    "set obs.tenant_id = 'b'",
    "set obs.tenant_id = ''",
    "set role obs_reader",
    "set row_security = off",
    "set search_path = pg_temp, public, obs",
    "set obs.tenant_id = 'a'' or true --'",
]


def test_no_table_partition_or_view_shows_a_sign_of_another_tenant(crowded: Db, tenant_tables) -> None:
    places = relations(crowded)
    for login in ("test_reader_a", "test_reviewer_a", "test_bi", "test_reader", "test_writer_a", "test_forwarder"):
        for session in SESSIONS:
            reader = crowded.login(login)
            outcome(reader, session)
            found = {place.relname: signs_of_b(reader, place) for place in places}
            assert {name: sign for name, sign in found.items() if sign} == {}, (login, session)
            reader.close()


def test_a_reader_does_see_its_own_rows(crowded: Db) -> None:
    reader = crowded.login("test_reader_a")
    shown = {
        relation.relname
        for relation in relations(crowded)
        if "alpha" in outcome(reader, f"select t::text from obs.{relation.relname} t")[1]
    }
    assert {
        "enrichment_runs", "run_stage_stats", "run_vendor_usage", "run_model_usage", "run_error_codes", "run_metrics",
        "run_event_logs", "quarantined_events", "price_cards", "vendor_error_codes", "extra_keys", "tenants",
        "latency_buckets", "run_overview",
    } <= shown  # fmt: skip
    reviewer = crowded.login("test_reviewer_a")
    for name in ("qa_samples", "qa_reviews", "qa_draws", "qa_follow_ups", "qa_worklist", "enrichment_runs"):
        assert "alpha" in outcome(reviewer, f"select t::text from obs.{name} t")[1], name
    reader.execute("set obs.tenant_id = 'b'")
    assert reader.one("select count(*) from obs.enrichment_runs") == 0, "the setting only narrows"


def test_no_partition_can_be_read_past_its_parent(crowded: Db) -> None:
    partitions = [relation.relname for relation in relations(crowded) if relation.relispartition]
    assert len(partitions) >= 1
    for login in ("test_reader_a", "test_ops", "test_admin", "test_bi"):
        reader = crowded.login(login)
        for name in partitions:
            assert outcome(reader, f"select from obs.{name}")[0] == "42501", (login, name)


def test_ops_see_every_tenant_and_what_has_no_tenant_is_for_administrators(crowded: Db) -> None:
    crowded.execute('select obs.log_events(\'[{"run_id": "nobody", "event": "finish", "stage": "s"}]\')')
    per_login = {
        login: crowded.login(login).one("select count(*) from obs.quarantined_events where tenant_id is null")
        for login in ("test_ops", "test_admin", "test_reader_a")
    }
    assert per_login == {"test_ops": 0, "test_admin": 1, "test_reader_a": 0}
    assert crowded.login("test_ops").one("select count(distinct tenant_id) from obs.run_event_logs") == 2


def test_peppers_are_for_nobody(crowded: Db) -> None:
    for login in ("test_reader_a", "test_writer", "test_ops", "test_admin", "test_bi", "test_forwarder", "test_nobody"):
        assert outcome(crowded.login(login), "select pepper from obs.tenant_peppers")[0] == "42501", login


def test_statistics_of_the_planner_show_nothing(crowded: Db) -> None:
    for view in ("pg_stats", "pg_stats_ext"):
        shown = outcome(crowded.login("test_reader_a"), f"select t::text from {view} t where schemaname = 'obs'")[1]
        assert MARK not in shown


def test_a_leaking_condition_is_asked_about_own_rows_only(crowded: Db, tenant_tables) -> None:
    reader = crowded.login("test_reader_a")
    heard: list[str] = []
    reader.conn.add_notice_handler(lambda notice: heard.append(notice.message_primary or ""))
    reader.execute("""create function pg_temp.leak(p_row text) returns boolean language plpgsql cost 0.0001 as
        $$ begin raise notice '%', p_row; return true; end $$""")
    for relation in relations(crowded):
        outcome(reader, f"select count(*) from obs.{relation.relname} t where pg_temp.leak(t::text)")
    assert any("alpha" in text for text in heard)
    assert [text for text in heard if MARK in text] == []
    blows_up = "select count(*) from obs.run_event_logs where 1 / (case when tenant_id = 'b' then 0 else 1 end) = 1"
    assert outcome(reader, blows_up)[0] == "00000"


def test_what_a_reader_makes_of_its_rights_sees_no_more(crowded: Db, tenant_tables) -> None:
    crowded.execute("grant create on schema public to test_reader_a")
    reader = crowded.login("test_reader_a")
    reader.execute("""
        create view public.mine as select * from obs.run_event_logs;
        create function public.mine_too() returns setof obs.enrichment_runs language sql security definer
            as 'select * from obs.enrichment_runs';
        create materialized view public.mine_three as select * from obs.run_overview""")
    for query in (
        "select t::text from public.mine t",
        "select t::text from public.mine_too() t",
        "select t::text from public.mine_three t",
        "prepare p as select t::text from obs.enrichment_runs t",
        "execute p",
    ):
        state, rows = outcome(reader, query)
        assert (state, MARK in rows) == ("00000", False), query
    with reader.conn.cursor().copy("copy obs.enrichment_runs to stdout") as copy:
        copied = b"".join(bytes(block) for block in copy)
    assert b"alpha" in copied
    assert MARK.encode() not in copied


def functions_of(db: Db, role: str) -> list[Any]:
    """Functions a role may execute, with the arguments to call them with: everything that can name b does."""
    return db.rows(
        """select p.proname, p.oid::regprocedure::text as signature, p.provolatile, p.pronargdefaults,
            coalesce(p.proargnames[1:p.pronargs], '{}') as names,
            array(select t::regtype::text from unnest(p.proargtypes::oid[]) with ordinality u (t, o)
                order by o) as types
        from pg_proc p where p.pronamespace = 'obs'::regnamespace and p.prokind = 'f'
          and p.prorettype <> 'trigger'::regtype
          and has_function_privilege(%s, p.oid, 'execute') order by 1""",
        (role,),
    )


SAMPLES = {
    "text": "{word}",
    "jsonb": '{{"tenant_id": "{tenant}", "run_id": "{run}"}}',
    "timestamp with time zone": "2026-11-01T00:00:00Z",
    "bigint": "1", "integer": "1", "numeric": "1", "double precision": "0.5", "boolean": "true",
    "uuid": "00000000-0000-0000-0000-000000000001", "regclass": "pg_class", "name": "test_reader_a",
    "interval": "1 day", "date": "2026-11-01", "text[]": "{{}}", "real": "0.5",
}  # fmt: skip


def arguments(function: Any, run: str, tenant: str, word: str, only_required: bool) -> tuple[str, list[str]]:
    count = len(function.types) - (function.pronargdefaults if only_required else 0)
    given = []
    for name, kind in list(zip(function.names, function.types, strict=True))[:count]:
        named = {
            "p_run_id": run, "p_tenant_id": tenant, "p_stage": f"{word}-stage", "p_vendor": f"{word}-vendor",
            "p_time_zone": "Europe/Paris",
            "p_alert_id": "2" if tenant == "b" else "202",  # the fixture's second alert is b's
        }  # fmt: skip
        given.append(named.get(name, SAMPLES.get(kind, "{word}").format(run=run, tenant=tenant, word=word)))
    placeholders = ", ".join(f"%s::{kind}" for kind in function.types[:count])
    return f"select t::text from obs.{function.proname}({placeholders}) t", given


# A forwarder carries every tenant's messages, and runs the checks behind them.
CARRIED = ("checks_of", "run_check", "keep_evidence", "notification_message")

# The clock; and what a claim took or a release gave back, the next does not find: see tests/qa.
# Answers that differ from call to call: by the clock, or because the first call took something.
MOVING = ("now", "_moved_now", "qa_claim", "qa_release", "metrics_text", "_metric_samples")


def test_every_function_answers_about_another_tenant_as_about_none(crowded: Db) -> None:
    called = 0
    for login in ("test_reader_a", "test_reviewer_a", "test_bi", "test_forwarder"):
        reader = crowded.login(login)
        for function in functions_of(crowded, login):
            for only_required in (False, True):
                answers = []
                for run, tenant, word in ((f"{MARK}-run", "b", MARK), ("zulu5-run", "z", "zulu5")):
                    query, given = arguments(function, run, tenant, word, only_required)
                    state, text = outcome(reader, query, given)
                    answers.append(
                        (
                            state,
                            text.replace(word, "WORD").replace(f"'{tenant}'", "'T'").replace("alert 202", "alert 2"),
                        )
                    )
                carried = login == "test_forwarder" and function.proname in CARRIED
                if function.proname not in (*MOVING, "tick", "flush_notifications") and not carried:
                    assert answers[0] == answers[1], (login, function.signature)
                called += 1
    assert called >= 30


def test_readers_hold_no_function_that_writes_but_for_alerts_and_mail(crowded: Db) -> None:
    """obs.advice writes for writers alone: see tests/alert."""
    for role in ("obs_reader", "obs_bi"):
        volatile = {f.proname for f in functions_of(crowded, role) if f.provolatile == "v"}
        writes = {"ack", "diagnose", "tick_step", "untick_step", "claim_night_mail", "end_night_mail"}
        writes = writes if role == "obs_reader" else set()
        assert volatile <= {"now", "_moved_now", "advice"} | writes, role
    assert functions_of(crowded, "test_nobody") == []
