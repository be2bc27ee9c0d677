"""Nobody's operators and functions in schema public run while obs is installed, nor are they bound into it."""

from __future__ import annotations

import pytest

from support.db import Db
from support.install import SQL, create_logins, install, psql

# Operators and functions of the very types that the installation compares: they beat the system's by search path.
TYPES = (
    ("oid", "regnamespace"), ("oid", "regrole"), ("oid", "regclass"), ("name", "name"), ("name", "text"),
    ("text", "text"), ('"char"', '"char"'), ("int4", "int4"), ("int8", "int8"), ("bool", "bool"), ("text", "regclass"),
)  # fmt: skip
FUNCTIONS = (
    ("format(text, name)", "text"), ("format(text, text)", "text"), ("to_regclass(text)", "regclass"),
    ("to_regnamespace(text)", "regnamespace"), ("concat(text, text)", "text"), ("left(text, int4)", "text"),
    ("has_table_privilege(name, text, text)", "bool"), ("pg_has_role(name, text, text)", "bool"),
    ("now()", "timestamptz"),
)  # fmt: skip


@pytest.fixture
def trapped(bare_db: Db) -> Db:
    create_logins(bare_db.conn)
    bare_db.execute("""create table public.ran (what text); grant all on public.ran to public;
        grant all on schema public to test_nobody; set role test_nobody""")
    for number, (left, right) in enumerate(TYPES):
        for sign in ("=", "<>"):
            name = f"trap_{number}_{'eq' if sign == '=' else 'ne'}"
            bare_db.execute(f"""
                create function public.{name}({left}, {right}) returns boolean language plpgsql as $$
                begin
                    insert into public.ran values ('{left} {sign} {right}');
                    return $1::text operator(pg_catalog.{sign}) $2::text;
                end $$;
                create operator public.{sign} (leftarg = {left}, rightarg = {right}, function = public.{name})""")
    for signature, returned in FUNCTIONS:
        bare_db.execute(f"""create function public.{signature} returns {returned} language plpgsql as $$
            begin insert into public.ran values ('{signature}'); return null; end $$""")
    bare_db.execute("reset role")
    return bare_db


def test_installing_upgrading_and_uninstalling_run_nothing_of_schema_public(trapped: Db) -> None:
    # psql's own session has public in its path, first here.
    trapped.execute(f"alter database {trapped.one('select current_database()')} set search_path = public, pg_catalog")
    for _ in range(2):
        assert install(trapped.dsn, check=False).returncode == 0
        assert trapped.rows("select distinct what operator(pg_catalog.||) '' from public.ran") == []
    bound = trapped.rows("""
        select d.objid, d.refobjid from pg_catalog.pg_depend d
        join pg_catalog.pg_proc p on p.oid operator(pg_catalog.=) d.objid
        where p.pronamespace operator(pg_catalog.=) pg_catalog.to_regnamespace('obs')::oid
          and (d.refobjid in (select o.oid from pg_catalog.pg_operator o
                where o.oprnamespace operator(pg_catalog.=) pg_catalog.to_regnamespace('public')::oid)
            or d.refobjid in (select f.oid from pg_catalog.pg_proc f
                where f.pronamespace operator(pg_catalog.=) pg_catalog.to_regnamespace('public')::oid))""")
    assert bound == []
    assert psql(trapped.dsn, "-1", "-f", SQL / "uninstall.sql", check=False).returncode == 0
    assert trapped.rows("select what operator(pg_catalog.||) '' from public.ran") == []
