"""Attempts to become somebody else, to change obs, or to reach past SQL into the server. Each says what it must get."""

from __future__ import annotations

import pytest

from security.attempts import ALLOWED, EVERYBODY, WITH_ADMIN, attempt, play
from support.db import Db

# Who has USAGE of schema obs. To them PostgreSQL answers some commands with a warning, and does nothing.
OUTSIDE = ("host", "stranger")
INSIDE = tuple(role for role in WITH_ADMIN if role not in OUTSIDE)
WARNED = ALLOWED

BECOMING_SOMEBODY = [
    *[attempt(WITH_ADMIN, f"set role {role}") for role in ("obs_owner", "obs_host", "postgres", "test_writer_b")],
    *[attempt(WITH_ADMIN, f"set local role to {role}", f"set session authorization {role}")
      for role in ("obs_owner", "postgres", "test_reader_b")],
    attempt(WITH_ADMIN, "select set_config('role', 'obs_owner', false)"),
    attempt(WITH_ADMIN, "select set_config('session_authorization', 'obs_owner', true)"),
    *[attempt(EVERYBODY, f"set role {role}") for role in ("obs_admin",)],
    *[attempt([r for r in EVERYBODY if r != "cron"], "set role obs_cron")],
    *[attempt(WITH_ADMIN, f"grant obs_owner to {{stranger}}{option}") for option in ("", " with admin option")],
    attempt(WITH_ADMIN, "grant obs_admin to {stranger} with admin option"),
    attempt(WITH_ADMIN, "grant obs_reader to {stranger}"),
    attempt(WITH_ADMIN, "alter role obs_owner login password 'x'"),
    attempt(WITH_ADMIN, "alter role obs_owner set search_path = pg_temp"),
    attempt(WITH_ADMIN, "create role mine in role obs_owner"),
    attempt(WITH_ADMIN, "drop role obs_writer"),
    attempt(WITH_ADMIN, "reassign owned by obs_owner to {stranger}"),
    attempt(WITH_ADMIN, "drop owned by obs_owner"),
    attempt(WITH_ADMIN, "set session_replication_role = replica"),
    attempt(WITH_ADMIN, "set local session_preload_libraries = 'x'"),
    attempt(WITH_ADMIN, "load '$libdir/plugins/x'", gets="58P01"),
    attempt(WITH_ADMIN, "load 'x'"),
]  # fmt: skip


CHANGING_OBS = [
    attempt(WITH_ADMIN, "create table obs.mine (n int)"),
    attempt(WITH_ADMIN, "create view obs.mine as select 1"),
    attempt(WITH_ADMIN, "create function obs.mine() returns int language sql return 1"),
    attempt(WITH_ADMIN, "create function obs.log_event(variadic p text[]) returns text language sql return 'x'"),
    attempt(WITH_ADMIN, "create function obs.now(p int default 1) returns timestamptz language sql return now()"),
    attempt(WITH_ADMIN, "create or replace function obs.now() returns timestamptz language sql return now()"),
    attempt(WITH_ADMIN, "create type obs.mine as (n int)"),
    attempt(WITH_ADMIN, "create domain obs.mine as text"),
    attempt(WITH_ADMIN, "create operator obs.= (leftarg = text, rightarg = text, function = texteq)"),
    attempt(WITH_ADMIN, "create cast (obs.event as text) with inout"),
    attempt(WITH_ADMIN, "create sequence obs.mine"),
    attempt(WITH_ADMIN, "alter schema obs rename to mine"),
    attempt(WITH_ADMIN, "drop schema obs cascade"),
    attempt(WITH_ADMIN, "alter schema obs owner to {stranger}"),
    attempt(INSIDE, "grant create on schema obs to {stranger}", gets=WARNED),
    attempt(OUTSIDE, "grant create on schema obs to {stranger}"),
    attempt(WITH_ADMIN, "alter table obs.enrichment_runs disable row level security"),
    attempt(WITH_ADMIN, "alter table obs.enrichment_runs no force row level security"),
    attempt(WITH_ADMIN, "create policy mine on obs.enrichment_runs using (true)"),
    attempt(WITH_ADMIN, "drop policy obs_tenant_rows on obs.enrichment_runs"),
    attempt(WITH_ADMIN, "create trigger t before insert on obs.enrichment_runs execute function obs._mirror_run()"),
    attempt(WITH_ADMIN, "create rule r as on select to obs.run_overview do instead select 1"),
    attempt(WITH_ADMIN, "create index on obs.enrichment_runs ((1))"),
    attempt(WITH_ADMIN, "create statistics pg_temp.s on tenant_id, run_id from obs.enrichment_runs"),
    attempt(WITH_ADMIN, "truncate obs.tenant_roles"),
    attempt(WITH_ADMIN, "truncate obs.audit_log"),
    attempt(WITH_ADMIN, "delete from obs.audit_log"),
    attempt(WITH_ADMIN, "update obs.tenant_roles set tenant_id = 'b'"),
    attempt(WITH_ADMIN, "insert into obs.tenant_roles (role_name, tenant_id) values ('test_writer_a', 'b')"),
    attempt(WITH_ADMIN, "alter function obs.log_event owner to {stranger}"),
    attempt(WITH_ADMIN, "alter function obs.grant_access reset search_path"),
    attempt(WITH_ADMIN, "alter default privileges for role obs_owner grant execute on functions to public"),
    attempt(WITH_ADMIN, "security label on schema obs is 'x'", gets="22023"),
    attempt(WITH_ADMIN, "comment on schema obs is 'mine'"),
    attempt(WITH_ADMIN, "create event trigger mine on ddl_command_end execute function obs._mirror_run()"),
    attempt(WITH_ADMIN, "create publication mine for table obs.run_event_logs"),
    attempt(WITH_ADMIN, "create temp table mine (like obs.tenant_peppers including all)"),
    attempt(WITH_ADMIN, "create temp table mine () inherits (obs.enrichment_runs)"),
    attempt("host", "create table host.mine (r text references obs.tenants)"),
    attempt(WITH_ADMIN, "begin", "lock table obs.tenant_peppers in access share mode"),
    attempt(INSIDE, "vacuum obs.tenant_peppers", gets=WARNED),
    attempt(OUTSIDE, "vacuum obs.tenant_peppers"),
    attempt(WITH_ADMIN, "select obs._store('{{}}', null)"),
    *[attempt(WITH_ADMIN, f"select {what} from obs.tenant_peppers") for what in ("pepper", "count(*)", "1", "ctid")],
    attempt(WITH_ADMIN, "copy obs.tenant_peppers to stdout"),
    attempt(WITH_ADMIN, "table obs.tenant_peppers"),
    attempt(WITH_ADMIN, "explain select * from obs.tenant_peppers"),
    attempt(WITH_ADMIN, "declare c cursor with hold for select pepper from obs.tenant_peppers"),
    attempt(WITH_ADMIN, "select query_to_xml('table obs.tenant_peppers', true, true, '')"),
    attempt(WITH_ADMIN, "select ts_stat('select to_tsvector(encode(pepper, ''hex'')) from obs.tenant_peppers')"),
]  # fmt: skip


THE_SERVER = [
    attempt(WITH_ADMIN, "copy (select 1) to program 'true'"),
    attempt(WITH_ADMIN, "create temp table t (x text)", "copy t from program 'id'"),
    attempt(WITH_ADMIN, "create temp table t (x text)", "copy t from '/etc/hostname'"),
    attempt(WITH_ADMIN, "copy (select 1) to '/tmp/obs-out-of-bounds'"),
    attempt(WITH_ADMIN, "select pg_read_file('postgresql.conf')"),
    attempt(WITH_ADMIN, "select pg_read_binary_file('global/pg_control')"),
    attempt(WITH_ADMIN, "select pg_ls_dir('.')"),
    attempt(WITH_ADMIN, "select * from pg_ls_logdir()"),
    attempt(WITH_ADMIN, "select pg_current_logfile()"),
    attempt(WITH_ADMIN, "select lo_import('/etc/hostname')"),
    attempt(WITH_ADMIN, "begin", "select lo_export(lo_create(0), '/tmp/obs-out-of-bounds')"),
    attempt(WITH_ADMIN, "select * from pg_hba_file_rules"),
    attempt(WITH_ADMIN, "select * from pg_authid"),
    attempt(WITH_ADMIN, "select pg_reload_conf()"),
    attempt(WITH_ADMIN, "alter system set log_statement = 'all'"),
    attempt(WITH_ADMIN, "set log_statement = 'all'"),
    attempt(WITH_ADMIN, "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'postgres'"),
    attempt(WITH_ADMIN, "select pg_stat_reset()"),
    attempt(WITH_ADMIN, "select pg_switch_wal()"),
    attempt(WITH_ADMIN, "select pg_create_restore_point('x')"),
    attempt(WITH_ADMIN, "create function pg_temp.f() returns int language c as 'libc', 'abs'"),
    attempt(WITH_ADMIN, "create function pg_temp.f() returns int language internal as 'pg_backend_pid'"),
    attempt(WITH_ADMIN, "create foreign data wrapper mine"),
    attempt(WITH_ADMIN, "create tablespace mine location '/tmp'"),
    attempt(WITH_ADMIN, "create language mine handler plpgsql_call_handler"),
    attempt(WITH_ADMIN, "update pg_proc set proacl = null where proname = 'grant_access'"),
    attempt(WITH_ADMIN, "select pg_export_snapshot()", gets=ALLOWED),
]  # fmt: skip


@pytest.mark.parametrize("table", ["BECOMING_SOMEBODY", "CHANGING_OBS", "THE_SERVER"])
def test_every_attempt_gets_what_it_says(crowded: Db, cast: dict[str, str], unharmed, table: str) -> None:
    made = play(crowded, cast, globals()[table])
    print(f"{table}: {made} attempts")
    unharmed()
