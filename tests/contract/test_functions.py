"""Every function of obs, as the catalog has it, keeps the rules that make it safe to call."""

from __future__ import annotations

from support.db import Db

PINNED = "search_path=pg_catalog, pg_temp"

# A procedure that commits cannot carry a setting; its body qualifies every name instead.
COMMITTING_PROCEDURES = {"obs.maintain_by_steps"}

# attach_runs works with the rights of whoever owns the host's table, start sees the settings its caller may see; they
# hand over to these what only obs may do.
HELPERS_OF_INVOKERS = {
    "obs._backfill_run",
    "obs._mirror_run",
    "obs._register_relation",
    "obs._schedule_jobs",
    "obs._unregister_relation",
}


def functions(db: Db, condition: str) -> list[str]:
    query = f"""
        select p.oid::regprocedure::text from pg_proc p
        join pg_language l on l.oid = p.prolang join pg_roles o on o.oid = p.proowner
        where p.pronamespace = 'obs'::regnamespace and ({condition}) order by 1"""
    return [name for (name,) in db.rows(query)]


def test_there_are_functions_to_check(db: Db) -> None:
    assert len(functions(db, "true")) > 20


def test_plpgsql_pins_the_search_path(db: Db) -> None:
    unpinned = functions(db, f"l.lanname = 'plpgsql' and not coalesce('{PINNED}' = any(p.proconfig), false)")
    assert [name for name in unpinned if name.split("(")[0] not in COMMITTING_PROCEDURES] == []


def test_sql_functions_have_standard_bodies_or_pin_the_search_path(db: Db) -> None:
    loose = f"l.lanname = 'sql' and p.prosqlbody is null and not coalesce('{PINNED}' = any(p.proconfig), false)"
    assert functions(db, loose) == []


def test_only_sql_and_plpgsql_are_used(db: Db) -> None:
    assert functions(db, "l.lanname not in ('sql', 'plpgsql')") == []


def test_public_may_execute_nothing(db: Db) -> None:
    public = "p.proacl is null or exists (select from aclexplode(p.proacl) a where a.grantee = 0)"
    assert functions(db, public) == []


def test_no_function_of_the_owners_other_schemas_is_open_by_default(db: Db) -> None:
    db.execute("set role obs_owner")
    db.execute("create function obs._made_later() returns int language sql return 1")
    assert functions(db, "p.proacl is null or exists (select from aclexplode(p.proacl) a where a.grantee = 0)") == []


def test_owners_are_ordinary_roles(db: Db) -> None:
    assert functions(db, "o.rolsuper or o.rolbypassrls or o.rolname not in ('obs_owner', 'obs_cron', 'obs_host')") == []


def test_definers_are_never_granted_to_internal_names(db: Db) -> None:
    """A name that starts with an underscore is for obs alone: nobody but the owner, obs_cron and obs_host holds it."""
    leaked = r"""p.prosecdef and p.proname like '\_%' and exists (
        select from aclexplode(p.proacl) a
        where a.grantee not in ('obs_owner'::regrole, 'obs_cron'::regrole, 'obs_host'::regrole))"""
    assert {name.split("(")[0] for name in functions(db, leaked)} == HELPERS_OF_INVOKERS


def test_every_function_says_what_it_does(db: Db) -> None:
    silent = functions(db, "obj_description(p.oid, 'pg_proc') is null")
    assert [name for name in silent if not name.startswith("obs._")] == []


def test_arguments_are_named_with_their_prefix(db: Db) -> None:
    bare = r"""exists (select from unnest(p.proargnames, p.proargmodes) a (name, mode)
        where coalesce(mode, 'i') in ('i', 'b', 'v') and name not like 'p\_%')
        or (p.pronargs > 0 and p.proargnames is null)"""
    assert functions(db, bare) == []


def test_public_functions_are_not_overloaded(db: Db) -> None:
    twice = r"""p.proname not like '\_%' and exists (select from pg_proc q
        where q.pronamespace = p.pronamespace and q.proname = p.proname and q.oid <> p.oid)"""
    assert functions(db, twice) == []
