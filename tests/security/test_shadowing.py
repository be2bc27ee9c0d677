"""A caller's own objects, in pg_temp or public, never take the place of what a function or a view of obs means."""

from __future__ import annotations

import pytest
from psycopg import sql

from security.test_hostile_arguments import BY_NAME, FUNCTIONS, LADDER, USUAL, least_role
from support.db import Db
from support.tenants import outcome

TRAP = """
    create table public.caught (who text, name text);
    grant all on public.caught to public;
    create function public.spring(p_name text) returns void language plpgsql security invoker as
        $$ begin insert into public.caught values (current_user, p_name); end $$;
    grant create on schema public to public"""

LAY = """create function pg_temp.lay(p_traps text[]) returns int language plpgsql as $lay$
    declare v_trap text; v_laid int := 0;
    begin
        foreach v_trap in array p_traps loop
            begin
                execute v_trap;
                v_laid := v_laid + 1;
            exception when others then null;
            end;
        end loop;
        return v_laid;
    end $lay$"""

# One trap for each thing that the sources of obs mention by a name that a session could make its own.
CATALOG_FUNCTIONS = """
    select distinct f.proname::text as name, pg_get_function_identity_arguments(f.oid) as arguments, f.oid,
        array(select format_type(t, null) from unnest(f.proargtypes::oid[]) with ordinality u (t, o)
            order by o) as types,
        format_type(f.prorettype, null) as returned
    from pg_proc f
    where f.pronamespace = 'pg_catalog'::regnamespace and f.prokind = 'f' and not f.proretset and f.provariadic = 0
      and f.proname ~ '^[a-z_]+$' and f.prorettype not in (
        'internal'::regtype, 'trigger'::regtype, 'anyelement'::regtype, 'anyarray'::regtype, 'anycompatible'::regtype,
        'void'::regtype, 'record'::regtype, 'cstring'::regtype
      ) and f.pronargs > 0 and not f.proargtypes::oid[] && array[
        'internal'::regtype, 'anyelement'::regtype, 'anyarray'::regtype, '"any"'::regtype, 'cstring'::regtype,
        'anycompatible'::regtype, 'anynonarray'::regtype, 'anyenum'::regtype, 'anyrange'::regtype,
        'anymultirange'::regtype,
        'anycompatiblearray'::regtype, 'anycompatiblerange'::regtype, 'anycompatiblemultirange'::regtype,
        'anycompatiblenonarray'::regtype
      ]::oid[]
      and f.proname in (select called[1] from pg_proc p, regexp_matches(p.prosrc, '\\m([a-z_]+)\\(', 'g') called
        where p.pronamespace = 'obs'::regnamespace)"""

OPERATORS = ("=", "<>", "<", ">", "||", "~", "+", "-", "/", "->>", "->", "@>", "^@")
TYPES = ("text", "jsonb", "timestamptz", "numeric", "int8", "bool", "uuid", "regclass")


def traps(db: Db, schema: str) -> list[str]:
    made = []
    for function in db.rows(CATALOG_FUNCTIONS):
        holders = ", ".join(function.types)
        made.append(
            f"create function {schema}.{function.name}({holders}) returns {function.returned} language plpgsql as"
            f" $f$ begin perform public.spring('{function.name}'); return null; end $f$"
        )
    for number, (operator, kind) in enumerate(
        (o, k) for o in OPERATORS for k in ("text", "jsonb", "numeric", "timestamptz")
    ):
        made.append(
            f"create function {schema}.op{number}(pg_catalog.{kind}, pg_catalog.{kind}) returns boolean"
            f" language plpgsql as $f$ begin perform public.spring('operator {operator}'); return true; end $f$"
        )
        made.append(
            f"create operator {schema}.{operator} (leftarg = pg_catalog.{kind}, rightarg = pg_catalog.{kind},"
            f" function = {schema}.op{number})"
        )
    made += [f"create domain {schema}.{name} as pg_catalog.int4 check (value is null)" for name in TYPES]
    # Overloads that fit the calls of obs better than its own functions, by default arguments or as variadic ones.
    made += [
        (
            f"create function {schema}.log_event(variadic p text[]) returns pg_catalog.text language plpgsql as"
            " $f$ begin perform public.spring('log_event'); return 'x'; end $f$"
        ),
        (
            f"create function {schema}._asker(p int default 1) returns pg_catalog.text language plpgsql as"
            " $f$ begin perform public.spring('_asker'); return 'obs_admin'; end $f$"
        ),
        (
            f"create function {schema}.visible_tenants() returns pg_catalog.text[] language plpgsql as"
            " $f$ begin perform public.spring('visible_tenants'); return '{{a,b}}'; end $f$"
        ),
    ]
    relations = [n for (n,) in db.rows(
        "select relname from pg_class where relnamespace = 'obs'::regnamespace and relkind in ('r', 'p', 'v')"
        " and not relispartition")]  # fmt: skip
    system = [
        "pg_class",
        "pg_proc",
        "pg_roles",
        "pg_attribute",
        "pg_namespace",
        "pg_trigger",
        "pg_auth_members",
        "pg_policy",
    ]
    made += [
        f"create {'temp ' if schema == 'pg_temp' else ''}view {schema}.{name} as"
        f" select public.spring('{name}') as tenant_id"
        for name in relations + system
    ]
    return made


@pytest.mark.parametrize("schema", ["pg_temp", "public"])
def test_no_trap_springs_with_more_rights_than_its_makers(crowded: Db, cast: dict[str, str], schema: str) -> None:
    crowded.execute(TRAP)
    places = {role: crowded.login(cast[role], options="-c statement_timeout=20s") for role in LADDER}
    laid = 0
    for role in LADDER if schema == "pg_temp" else LADDER[:1]:
        places[role].execute(LAY)
        laid += places[role].one("select pg_temp.lay(%s)", (traps(crowded, schema),))
    assert laid > 250, laid
    called = 0
    for path in (f"{schema}, pg_catalog, obs", f"{schema}, obs"):
        for function in crowded.rows(FUNCTIONS):
            role = least_role(crowded, cast, function)
            if role is None:
                continue
            session = places[role]
            session.execute("reset search_path")
            session.execute(f"set search_path = {path}")
            usual = [
                BY_NAME.get(name, USUAL.get(kind, "a"))
                for name, kind in zip(function.names, function.types, strict=True)
            ]
            holders = sql.SQL(", ").join(sql.SQL("%s::pg_catalog." + one if one in TYPES else "%s::" + one)
                                         for one in function.types)  # fmt: skip
            session.execute("begin")
            outcome(
                session, sql.SQL("select * from obs.{}({})").format(sql.Identifier(function.proname), holders), usual
            )
            session.execute("commit")
            called += 1
    for view in crowded.rows("select relname from pg_class where relnamespace = 'obs'::regnamespace and relkind = 'v'"):
        for session in places.values():
            outcome(session, f"select count(*) from obs.{view.relname}")
            called += 1
    print(f"{laid} traps, {called} calls")
    logins = list(set(cast.values()))
    sprung = crowded.rows("select distinct who, name from public.caught where who <> all(%s)", (logins,))
    assert [tuple(row) for row in sprung] == []
    owners = crowded.execute(
        "select 1 from public.caught where who in ('obs_owner', 'obs_host', 'postgres')"
    ).fetchall()
    assert owners == []


def test_a_trap_does_spring_where_one_calls_it(crowded: Db, cast: dict[str, str]) -> None:
    crowded.execute(TRAP)
    session = crowded.login(cast["bound writer"])
    session.execute("""create function pg_temp.upper(text) returns text language plpgsql as
        $$ begin perform public.spring('upper'); return ''; end $$""")
    session.execute("select pg_temp.upper('x'::text)")
    assert crowded.rows("select who, name from public.caught") == [("test_writer_a", "upper")]
