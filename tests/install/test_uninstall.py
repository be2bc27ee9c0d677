"""Uninstalling removes the schema and nothing of the host's; roles stay, other databases use them."""

from __future__ import annotations

from support.db import Db
from support.install import install, psql, uninstall
from support.snapshot import catalog

ELSEWHERE = r"""
    select 'relation ' || oid::regclass::text from pg_class
    where relnamespace not in ('obs'::regnamespace, 'pg_toast'::regnamespace, 'pg_catalog'::regnamespace)
    union all select 'function ' || oid::regprocedure::text from pg_proc
    where pronamespace <> 'obs'::regnamespace and pronamespace <> 'pg_catalog'::regnamespace
    union all select 'trigger ' || pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
    union all select 'schema ' || nspname from pg_namespace where nspname not like 'pg\_%' and nspname <> 'obs'
    union all select 'default ' || defaclrole::regrole || ' ' || defaclacl::text from pg_default_acl
    order by 1"""


def test_what_was_there_before_is_there_afterwards(bare_db: Db) -> None:
    bare_db.execute("create schema obs")  # so that the query names it
    before = bare_db.rows(ELSEWHERE)
    bare_db.execute("drop schema obs")
    install(bare_db.dsn)
    bare_db.call("start_run", tenant_id="a", run_id="r")
    uninstall(bare_db.dsn)
    assert bare_db.one("select to_regnamespace('obs')") is None
    bare_db.execute("create schema obs")
    assert bare_db.rows(ELSEWHERE) == before


def test_roles_stay(db: Db) -> None:
    roles = r"select rolname from pg_roles where rolname like 'obs\_%' order by 1"
    before = db.rows(roles)
    uninstall(db.dsn)
    assert db.rows(roles) == before


def test_installing_again_gives_the_same(db: Db) -> None:
    before = catalog(db)
    uninstall(db.dsn)
    install(db.dsn)
    assert catalog(db) == before


def test_the_hosts_attached_table_is_freed(db: Db) -> None:
    db.execute(
        """create table public."Nightly runs" (
            run_id bigint primary key, tenant_id text, started_at timestamptz, ended_at timestamptz, status text)"""
    )
    new_run = """insert into public."Nightly runs" values (%s, 'a', now(), null, 'running')"""
    db.execute(new_run, (1,))
    db.execute("""select obs.attach_runs('public."Nightly runs"')""")
    uninstall(db.dsn)
    assert db.rows("select tgname from pg_trigger where not tgisinternal") == []
    db.execute(new_run, (2,))


def test_uninstalling_where_nothing_is_does_nothing(bare_db: Db) -> None:
    assert uninstall(bare_db.dsn).returncode == 0


def test_a_foreign_schema_obs_is_not_dropped(bare_db: Db) -> None:
    bare_db.execute("create schema obs; create table obs.observations (id int)")
    done = psql(bare_db.dsn, "-1", "-f", "sql/uninstall.sql", check=False)
    assert "belongs to postgres and is not of obs" in done.stderr
    assert bare_db.one("select to_regclass('obs.observations')") is not None
