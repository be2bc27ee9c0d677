"""Who may do what, read from the catalog: tables are written through functions alone."""

from __future__ import annotations

from support.db import Db
from support.tenants import outcome

LOGINS = [
    "test_reader_a", "test_reviewer_a", "test_writer_a", "test_writer", "test_ops", "test_admin",
    "test_bi", "test_forwarder",
    "test_nobody", "obs_cron",
]  # fmt: skip


def test_nobody_but_the_owner_may_write_any_table(crowded: Db) -> None:
    query = """
        select c.relname, p.privilege from pg_class c,
            unnest(array['insert', 'update', 'delete', 'truncate', 'references', 'trigger']) p (privilege)
        where c.relnamespace = 'obs'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
          and has_table_privilege(%s, c.oid, p.privilege)"""
    assert {login: rows for login in LOGINS if (rows := crowded.rows(query, (login,)))} == {}


def test_writers_read_nothing(crowded: Db) -> None:
    query = """select c.relname from pg_class c where c.relnamespace = 'obs'::regnamespace
        and c.relkind in ('r', 'p', 'v', 'm', 'S') and case c.relkind
            when 'S' then has_sequence_privilege(%s, c.oid, 'usage, select, update')
            else has_table_privilege(%s, c.oid, 'select') or has_any_column_privilege(%s, c.oid, 'select') end"""
    for login in ("test_writer", "test_writer_a", "test_forwarder", "test_nobody"):
        assert crowded.rows(query, (login, login, login)) == [], login


def test_nobody_may_make_anything_in_the_schema(crowded: Db) -> None:
    for login in LOGINS:
        rights = crowded.row(
            "select has_schema_privilege(%s, 'obs', 'create') as c, has_schema_privilege(%s, 'obs', 'usage') as u",
            (login, login),
        )
        assert tuple(rights) == (False, login != "test_nobody"), login
        problem = outcome(crowded.login(login), "create table obs.mine (n int)")
        assert problem[0] == "42501", login


def test_internal_functions_are_called_by_nobody_but_parts_of_reports_by_readers(crowded: Db) -> None:
    """Reports run with the rights of who asks, and so do their parts: they write nothing and lend no right."""
    query = r"""select p.oid::regprocedure::text as name, p.prosecdef, p.provolatile from pg_proc p
        where p.pronamespace = 'obs'::regnamespace and p.proname like '\_%%'
          and has_function_privilege(%s, p.oid, 'execute')"""
    everybodys = {"obs._asker()", "obs._moved_now()"}
    for login in ("test_writer", "test_writer_a", "test_reader_a", "test_reviewer_a", "test_bi", "test_forwarder"):
        held = [row for row in crowded.rows(query, (login,)) if row.name not in everybodys]
        if login in ("test_reader_a", "test_reviewer_a", "test_bi"):
            held = [row for row in held if row.prosecdef or row.provolatile == "v"]
        assert held == [], login


def test_administration_is_for_administrators(crowded: Db) -> None:
    names = ["create_tenant", "grant_access", "revoke_access", "set_setting", "set_price", "discard_run", "reprice",
             "allow_extra_key", "map_error_code", "attach_runs", "detach_runs"]  # fmt: skip
    query = """select distinct p.proname from pg_proc p where p.pronamespace = 'obs'::regnamespace
        and p.proname = any(%s) and has_function_privilege(%s, p.oid, 'execute')"""
    for login in LOGINS:
        allowed = {name for (name,) in crowded.rows(query, (names, login))}
        assert allowed == (set(names) if login == "test_admin" else set()), login


def test_a_writer_cannot_hold_a_lock_on_any_table(crowded: Db) -> None:
    tables = [n for (n,) in crowded.rows(
        "select relname from pg_class where relnamespace = 'obs'::regnamespace and relkind in ('r', 'p')"
    )]  # fmt: skip
    writer = crowded.login("test_writer_a")
    reader = crowded.login("test_reader_a")
    for table in tables:
        for mode in ("access share", "share update exclusive", "access exclusive"):
            assert outcome(writer, f"begin; lock table obs.{table} in {mode} mode")[0] == "42501", (table, mode)
            outcome(writer, "rollback")
        assert outcome(reader, f"begin; lock table obs.{table} in row exclusive mode")[0] == "42501", table
        outcome(reader, "rollback")
