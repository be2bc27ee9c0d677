"""The host's own table of runs is adopted as it is: nothing rewritten, nothing failing, nothing left behind."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from support.db import Db
from support.pipeline import item, line, log_lines, refused, run_row, start

BIGINT = "public.enrichment_runs"
UUID = '"Odd Schema"."Host Runs"'
RUN_UUID = uuid.UUID("0190c2f4-8f4e-7c3a-9a57-3f1d2b6c8e01")


@pytest.fixture
def host(db: Db) -> Iterator[Db]:
    """Two tables of the host with rows: one keyed by bigint, one by uuid in a schema that needs quoting."""
    db.execute(f"""
        create table {BIGINT} (run_id bigint primary key, tenant_id int not null, started_at timestamptz not null,
            ended_at timestamptz, status text not null, note text);
        insert into {BIGINT} values
            (1, 7, '2026-11-01T01:00Z', '2026-11-01T02:30Z', 'SUCCEEDED', 'x'),
            (2, 7, '2026-11-02T01:00Z', '2026-11-02T01:10Z', 'failed', 'x'),
            (3, 8, now(), null, 'in_progress', 'x');
        create schema "Odd Schema";
        create table {UUID} (run_id uuid primary key, tenant_id varchar(20), started_at timestamptz,
            ended_at timestamptz, status varchar(20), langsmith_trace_url text);
        insert into {UUID} values ('{RUN_UUID}', 'a', '2026-11-03T01:00Z', '2026-11-03T02:00Z', 'weird', 'https://t/1')""")
    return db


def runs(db: Db) -> list[Any]:
    return db.rows("select tenant_id, run_id, status, duration_ms from obs.enrichment_runs order by 1, 2")


def storage(db: Db, relation: str) -> Any:
    return db.row("select oid, relfilenode from pg_class where oid = %s::regclass", (relation,))


def attach(db: Db, relation: str, status_map: dict[str, str] | None = None) -> int:
    count: int = db.one("select obs.attach_runs(%s::regclass, %s)", (relation, Jsonb(status_map or {})))
    return count


def test_rows_that_are_there_are_taken_in_and_the_table_is_not_rewritten(host: Db) -> None:
    for relation, count in ((BIGINT, 3), (UUID, 1)):
        before = storage(host, relation)
        assert attach(host, relation, {"in_progress": "running"}) == count
        assert storage(host, relation) == before
    assert runs(host) == [
        ("7", "1", "success", 90 * 60 * 1000),
        ("7", "2", "error", 10 * 60 * 1000),
        ("8", "3", "running", None),
        ("a", str(RUN_UUID), "success", 60 * 60 * 1000),
    ]
    assert host.one(f"select langsmith_trace_url from {BIGINT} where run_id = 1") is None
    assert run_row(host, str(RUN_UUID)).langsmith_trace_url == "https://t/1"


def test_attaching_again_changes_nothing(host: Db) -> None:
    attach(host, BIGINT)
    shape = f"""
        select (select array_agg(attname || atttypid) from pg_attribute where attrelid = c.oid) as columns,
            (select array_agg(oid || tgname) from pg_trigger where tgrelid = c.oid) as triggers, c.relacl, c.xmin,
            (select array_agg(t::text order by t::text) from obs.enrichment_runs t) as runs,
            (select array_agg(t::text) from obs.attached_relations t) as attached
        from pg_class c where c.oid = '{BIGINT}'::regclass"""
    before = host.row(shape)
    assert attach(host, BIGINT) == 0
    assert host.row(shape) == before


def test_the_hosts_statements_are_mirrored(host: Db) -> None:
    attach(host, BIGINT, {"in_progress": "running", "half": "partial"})
    host.execute(f"insert into {BIGINT} values (10, 7, '2026-11-04T00:00Z', null, 'in_progress')")
    assert run_row(host, "10", "7").status == "running"
    item(host, "10", "crawl", ok=False)
    host.execute(f"update {BIGINT} set status = 'half', ended_at = '2026-11-04T01:00Z' where run_id = 10")
    row = run_row(host, "10", "7")
    assert (row.status, row.duration_ms) == ("partial", 60 * 60 * 1000)
    assert host.one("select status from obs.run_stage_stats where run_id = '10'") == "error"
    host.execute(f"update {BIGINT} set status = 'failed' where run_id = 10")
    assert run_row(host, "10", "7").status == "error", "the host's word is the last for its own runs"
    host.execute(f"update {BIGINT} set note = 'y'; delete from {BIGINT} where run_id = 10")
    assert run_row(host, "10", "7").status == "error"


def test_events_that_came_before_the_hosts_row_are_taken_in(host: Db) -> None:
    attach(host, BIGINT)
    assert log_lines(host, [line("11", tenant_id="7")]) == (0, 0, 1)
    host.execute(f"insert into {BIGINT} values (11, 7, now(), null, 'running')")
    assert host.one("select count(*) from obs.run_event_logs where run_id = '11'") == 1


def test_a_silent_run_of_the_hosts_is_the_hosts_to_end(host: Db) -> None:
    attach(host, BIGINT, {"in_progress": "running"})
    host.set_now((host.one("select clock_timestamp()") + timedelta(days=2)).isoformat())
    assert host.call("tick")["crashed_runs"] == 0
    assert run_row(host, "3", "8").status == "running"


def test_a_trace_url_is_written_back_and_no_loop_begins(host: Db) -> None:
    attach(host, BIGINT)
    attach(host, UUID)
    start(host, "3", tenant_id="8", trace_url="https://trace/3")
    start(host, str(RUN_UUID), trace_url="https://trace/u")
    assert host.one(f"select langsmith_trace_url from {BIGINT} where run_id = 3") == "https://trace/3"
    assert host.one(f"select langsmith_trace_url from {UUID}") == "https://trace/u"
    assert run_row(host, str(RUN_UUID)).status == "success"
    host.execute(f"update {BIGINT} set langsmith_trace_url = 'https://trace/own' where run_id = 3")
    assert run_row(host, "3", "8").langsmith_trace_url == "https://trace/own"
    assert host.one("select count(*) from obs.quarantined_events") == 0


def test_a_host_that_refuses_the_trace_url_fails_no_run_and_leaves_no_statement(host: Db) -> None:
    attach(host, BIGINT)
    host.execute(
        f"""create table ran (who text); grant all on ran to public;
        create function refuse() returns trigger language plpgsql as $$
        begin
            begin execute 'deallocate mine'; exception when others then null; end;
            execute 'prepare mine as insert into ran select current_user';
            raise exception 'no';
        end $$;
        create trigger refuse before update on {BIGINT} for each row
            when (new.langsmith_trace_url is distinct from old.langsmith_trace_url) execute function refuse()"""
    )
    writer = host.login("test_writer")
    writer.execute("prepare mine as select 1 as one")
    start(writer, "3", tenant_id="8", trace_url="https://trace/3")
    assert run_row(host, "3", "8").langsmith_trace_url == "https://trace/3"
    assert refused(writer.execute, "execute mine").sqlstate == "26000"
    assert host.rows("select * from ran") == []


@pytest.mark.parametrize(
    ("left_behind", "shown"),
    [
        ("perform set_config('search_path', 'host, pg_catalog', false)", "show search_path"),
        ("perform set_config('obs.tenant_id', 'evil', false)", "select current_setting('obs.tenant_id', true)"),
        ("perform set_config('statement_timeout', '7', false)", "show statement_timeout"),
        ("create temp table obs_batch (x int)", "select to_regclass('pg_temp.obs_batch')"),
    ],
)
def test_what_a_hosts_trigger_leaves_in_the_session_is_taken_back(host: Db, left_behind: str, shown: str) -> None:
    attach(host, BIGINT)
    host.execute(
        f"""create function leave() returns trigger language plpgsql as $$
        begin if current_user = 'obs_host' then {left_behind}; end if; return new; end $$;
        create trigger leave before update on {BIGINT} for each row execute function leave();
        grant temporary on database {host.one("select current_database()")} to obs_host"""
    )
    writer = host.login("test_writer")
    before = writer.one(shown)
    start(writer, "3", tenant_id="8", trace_url="https://trace/3")
    assert (writer.one(shown) or None) == (before or None)
    assert run_row(host, "3", "8").langsmith_trace_url == "https://trace/3"
    assert host.one(f"select langsmith_trace_url from {BIGINT} where run_id = 3") is None
    host.execute(f"drop trigger leave on {BIGINT}")
    start(writer, "3", tenant_id="8", trace_url="https://trace/4")
    assert host.one(f"select langsmith_trace_url from {BIGINT} where run_id = 3") == "https://trace/4"


def test_a_locked_row_of_the_host_is_waited_for_a_moment_only(host: Db) -> None:
    attach(host, BIGINT)
    other = host.login()
    other.execute(f"begin; select from {BIGINT} where run_id = 3 for update")
    writer = host.login("test_writer")
    writer.execute("set statement_timeout = '20s'")
    start(writer, "3", tenant_id="8", trace_url="https://trace/3")
    other.execute("rollback")
    assert run_row(host, "3", "8").langsmith_trace_url == "https://trace/3"


def test_what_cannot_be_mirrored_never_fails_the_hosts_statement(host: Db) -> None:
    attach(host, UUID)
    for tenant in (None, "", "tab\there", "jane@example.com"):
        host.execute(f"insert into {UUID} values (gen_random_uuid(), %s, now(), null, 'running')", (tenant,))
    host.execute(f"insert into {UUID} values (gen_random_uuid(), 'a', 'infinity', '-infinity', null)")
    host.execute("alter table obs.enrichment_runs rename to gone")
    host.execute(f"insert into {UUID} values (gen_random_uuid(), 'a', now(), null, 'running')")
    host.execute("alter table obs.quarantined_events rename to gone_too")
    host.execute(f"insert into {UUID} values (gen_random_uuid(), 'a', now(), null, 'running')")
    assert host.one(f"select count(*) from {UUID}") == 8
    reasons = host.rows("select reason, payload ->> 'sqlstate' as state from obs.gone_too order by received_at")
    assert [row.reason for row in reasons] == ["host_row"] * len(reasons)
    assert [row.state for row in reasons][:4] == ["22023"] * 4
    assert [row.state for row in reasons][-1] == "42P01"
    assert host.one("select count(*) from obs.gone_too where payload::text like '%jane@%'") == 0


def test_a_login_without_any_right_in_obs_may_write_the_hosts_table(host: Db) -> None:
    attach(host, BIGINT)
    host.execute(f"grant insert, update, select on {BIGINT} to test_nobody")
    app = host.login("test_nobody")
    app.execute("set obs.now = '2001-01-01'; set search_path = pg_temp; set obs.tenant_id = 'other'")
    app.execute(f"insert into {BIGINT} values (12, 7, now(), null, 'running')")
    assert host.one("select count(*) from obs.quarantined_events where payload ->> 'sqlstate' = '42501'") == 1
    app.execute("reset obs.now")
    app.execute(f"update {BIGINT} set status = 'done', ended_at = now() where run_id = 12")
    assert run_row(host, "12", "7").status == "success"


def test_code_that_hangs_on_the_hosts_table_runs_without_any_right_in_obs(host: Db) -> None:
    """Triggers run as whoever writes: the write-back of a trace URL must lend them nothing."""
    host.execute(f"""
        create table public.heard (who text, secret text);
        grant insert on public.heard to public;
        create function public.spy() returns trigger language plpgsql as $$
        begin
            begin
                insert into public.heard
                    select current_user, (select string_agg(tenant_id, ',') from obs.tenant_peppers);
            exception when insufficient_privilege then
                insert into public.heard values (current_user, null);
            end;
            return new;
        end $$;
        create trigger spy before update on {BIGINT} for each row execute function public.spy();
        create function public.spy_row(int) returns boolean language plpgsql as $$
            begin insert into public.heard values (current_user, null); return true; end $$;
        alter table {BIGINT} enable row level security;
        create policy spy on {BIGINT} using (public.spy_row(tenant_id))""")
    attach(host, BIGINT)
    trusted = host.login("test_writer")
    start(trusted, "3", tenant_id="8", trace_url="https://trace/3")
    assert host.one(f"select langsmith_trace_url from {BIGINT} where run_id = 3") == "https://trace/3"
    heard = {tuple(row) for row in host.rows("select who, secret from public.heard")}
    assert heard == {("obs_host", None)}
    assert host.rows("select 1 from pg_auth_members where member = 'obs_host'::regrole") == []


def test_every_type_of_run_id_can_be_attached(host: Db) -> None:
    for number, kind in enumerate(
        ["int", "bigint", "uuid", "text", "varchar(40)", "char(36)", "numeric", "citext_like"]
    ):
        if kind == "citext_like":
            host.execute("create domain public.citext_like as text check (value <> '')")
        table = f"public.host_{number}"
        host.execute(f"create table {table} (run_id {kind}, tenant_id text, started_at timestamp, ended_at timestamp,"
                     " status text)")  # fmt: skip
        assert attach(host, table) == 0
        run_id = str(RUN_UUID) if kind in ("uuid", "char(36)") else str(100 + number)
        host.execute(f"insert into {table} values (%s::{kind}, 'types', '2026-11-01', null, 'running')", (run_id,))
        start(host, run_id, tenant_id="types", trace_url=f"https://trace/{number}")
        assert host.one(f"select langsmith_trace_url from {table}") == f"https://trace/{number}", kind
        host.execute(f"update {table} set status = 'done'")
        assert run_row(host, run_id, "types").status == "success", kind
        host.call("discard_run", run_id=run_id, tenant_id="types")


def test_detaching_leaves_no_trace_of_obs(host: Db) -> None:
    def traces(relation: str) -> Any:
        return host.row(
            """select c.relacl::text, n.nspacl::text,
                (select array_agg(a.attacl::text) from pg_attribute a where a.attrelid = c.oid),
                (select count(*) from pg_trigger t where t.tgrelid = c.oid)
            from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = %s::regclass""",
            (relation,),
        )

    before = [traces(relation) for relation in (BIGINT, UUID)]
    for relation in (BIGINT, UUID):
        attach(host, relation)
    assert host.one("select obs.detach_runs(%s::regclass)", (BIGINT,)) is True
    assert host.one("select obs.detach_runs(%s::regclass)", (UUID,)) is True
    assert host.one("select obs.detach_runs(%s::regclass)", (UUID,)) is False
    mentions = [str(row).count("obs_") for row in (traces(relation) for relation in (BIGINT, UUID))]
    assert mentions == [0, 0]
    assert [row[3] for row in before] == [row[3] for row in (traces(relation) for relation in (BIGINT, UUID))]
    assert len(runs(host)) == 4
    host.execute(f"insert into {BIGINT} values (20, 7, now(), null, 'running')")
    assert len(runs(host)) == 4


def test_a_second_table_of_the_same_schema_stays_attached_when_the_first_is_detached(host: Db) -> None:
    host.execute('create table "Odd Schema".more (like "Odd Schema"."Host Runs" including all)')
    attach(host, UUID)
    attach(host, '"Odd Schema".more')
    host.one("select obs.detach_runs(%s::regclass)", (UUID,))
    host.execute("insert into \"Odd Schema\".more values (gen_random_uuid(), 'a', now(), null, 'running')")
    run_id = host.one("select run_id from obs.enrichment_runs where status = 'running'")
    start(host, run_id, trace_url="https://trace/more")
    assert host.one('select langsmith_trace_url from "Odd Schema".more') == "https://trace/more"


def test_what_is_no_table_of_runs_is_refused(host: Db) -> None:
    host.execute("create table public.other (run_id int, tenant_id int)")
    host.execute(f"create view public.seen as select * from {UUID}")
    problem = refused(attach, host, "public.other")
    assert (problem.sqlstate, "ended_at, started_at, status" in str(problem)) == ("22023", True)
    assert refused(attach, host, "public.seen").sqlstate == "42501"
    assert refused(attach, host, BIGINT, {"done": "finished"}).sqlstate == "22023"
    assert host.one("select count(*) from obs.attached_relations") == 0


def test_only_the_tables_owner_who_administers_obs_may_attach_it(host: Db) -> None:
    assert refused(attach, host.login("test_admin"), BIGINT).sqlstate == "42501"
    host.execute(f"alter table {BIGINT} owner to test_nobody; grant create on schema public to test_nobody")
    assert refused(attach, host.login("test_nobody"), BIGINT).sqlstate == "42501"
    admin = host.login("test_admin")
    assert refused(admin.execute, f"select obs._backfill_run('{UUID}', '{{}}')").sqlstate == "42501"
    host.execute(f"create view public.seen as select * from {UUID}; alter view public.seen owner to test_admin")
    assert refused(admin.execute, "select obs._register_relation('public.seen', '{}')").sqlstate == "42501"
    assert refused(admin.execute, f"select obs._register_relation('{BIGINT}', '{{}}')").sqlstate == "42501"
    assert host.one("select count(*) from obs.attached_relations") == 0
