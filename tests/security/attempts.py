"""How an attack is written down: who, what, and what it must get."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from support.db import Db
from support.tenants import MARK, outcome

EVERYBODY = (
    "bound writer", "unbound writer", "reader", "reviewer", "bi", "ops", "forwarder", "cron", "host", "stranger",
)  # fmt: skip
WITH_ADMIN = (*EVERYBODY, "admin")
DENIED = "42501"
ALLOWED = "00000"


class Attempt(NamedTuple):
    """`gets` is a SQLSTATE, or the rows as text when it begins with `[`; the last statement is the one that counts."""

    roles: tuple[str, ...]
    statements: tuple[str, ...]
    gets: str


def attempt(roles: Iterable[str] | str, *statements: str, gets: str = DENIED) -> Attempt:
    return Attempt((roles,) if isinstance(roles, str) else tuple(roles), statements, gets)


def play(db: Db, cast: dict[str, str], attempts: Iterable[Attempt]) -> int:
    """Each attempt in a session of its own; all must get what they say, and nothing of b. Returns their number."""
    wrong: list[str] = []
    made = 0
    before = catalog(db)
    for one in attempts:
        for role in one.roles:
            session = db.login(cast[role])
            session.execute("set statement_timeout = '20s'")
            answers = [outcome(session, statement.format(**names(cast))) for statement in one.statements]
            session.close()
            made += 1
            state, told = answers[-1]
            fits = (state == ALLOWED and told == one.gets) if one.gets.startswith("[") else state == one.gets
            trusted = role in ("ops", "admin", "forwarder", "cron")
            if not fits or (not trusted and any(MARK in words for _, words in answers)):
                wrong.append(f"{role}: {one.statements[-1]} -> {answers[-1]}, not {one.gets}")
    assert not wrong, "\n".join(wrong)
    assert catalog(db) == before, "an attempt changed the catalog of obs"
    assert made > 0
    return made


def names(cast: dict[str, str]) -> dict[str, str]:
    return {role.replace(" ", "_"): login for role, login in cast.items()}


def catalog(db: Db) -> str:
    """A fingerprint of everything that decides who may do what in obs."""
    rows = db.rows("""
        select k.* from (
        select 'p', p.oid::regprocedure::text, md5(p.prosrc) || coalesce(p.proacl::text, ''), p.proowner::regrole::text
        from pg_proc p where p.pronamespace = 'obs'::regnamespace
        union all
        select 'c', c.oid::regclass::text, coalesce(c.relacl::text, '') || c.relrowsecurity || c.relforcerowsecurity,
            c.relowner::regrole::text
        from pg_class c where c.relnamespace = 'obs'::regnamespace
        union all
        select 'y', y.polrelid::regclass::text, y.polname || y.polroles::regrole[]::text,
            pg_get_expr(y.polqual, y.polrelid)
        from pg_policy y
        union all
        select 't', t.tgrelid::regclass::text, t.tgname, '' from pg_trigger t join pg_class c on c.oid = t.tgrelid
        where c.relnamespace = 'obs'::regnamespace
        union all
        select 'r', r.rolname, r.rolsuper::text || r.rolbypassrls || r.rolcanlogin || r.rolcreaterole, ''
        from pg_roles r
        where r.rolname ^@ 'obs_'
        union all
        select 'm', m.roleid::regrole::text, m.member::regrole::text, m.admin_option::text from pg_auth_members m
        where m.roleid::regrole::text ^@ 'obs_'
        union all
        select 'n', n.nspname, n.nspacl::text, n.nspowner::regrole::text from pg_namespace n where n.nspname = 'obs'
        union all
        select 'd', d.defaclrole::regrole::text, d.defaclobjtype::text, d.defaclacl::text from pg_default_acl d
        ) k (kind, name, facts, owner) order by 1, 2, 3, 4""")
    return hashlib.sha256(repr(rows).encode()).hexdigest()
