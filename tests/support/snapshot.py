"""What installing made, as a set of lines, so that two installations can be compared."""

from __future__ import annotations

import hashlib
import re

from psycopg import sql

from support.db import Db

_OBJECTS = {
    "function": """
        select p.oid::regprocedure::text, md5(pg_get_functiondef(p.oid)), r.rolname::text
        from pg_proc p join pg_roles r on r.oid = p.proowner
        where p.pronamespace = 'obs'::regnamespace and p.prokind <> 'a'""",
    "relation": """
        select c.oid::regclass::text, c.relkind::text, r.rolname::text, c.relrowsecurity, c.relforcerowsecurity,
               c.reloptions::text, c.relpersistence::text
        from pg_class c join pg_roles r on r.oid = c.relowner where c.relnamespace = 'obs'::regnamespace""",
    "column": """
        select c.oid::regclass::text, a.attnum, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull,
               pg_get_expr(d.adbin, d.adrelid), a.attgenerated::text, a.attidentity::text,
               a.attcollation::regcollation::text
        from pg_attribute a join pg_class c on c.oid = a.attrelid
        left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where c.relnamespace = 'obs'::regnamespace and a.attnum > 0 and not a.attisdropped""",
    "constraint": """
        select conrelid::regclass::text, conname::text, pg_get_constraintdef(oid), convalidated
        from pg_constraint where connamespace = 'obs'::regnamespace""",
    "index": "select indexname::text, indexdef from pg_indexes where schemaname = 'obs'",
    "view": """
        select c.oid::regclass::text, md5(pg_get_viewdef(c.oid)) from pg_class c
        where c.relnamespace = 'obs'::regnamespace and c.relkind in ('v', 'm')""",
    "policy": """
        select tablename::text, policyname::text, permissive, roles::text, cmd, qual, with_check
        from pg_policies where schemaname = 'obs'""",
    "trigger": """
        select pg_get_triggerdef(t.oid) from pg_trigger t join pg_class c on c.oid = t.tgrelid
        where c.relnamespace = 'obs'::regnamespace and not t.tgisinternal""",
    "type": """
        select t.typname::text, t.typtype::text, r.rolname::text from pg_type t join pg_roles r on r.oid = t.typowner
        where t.typnamespace = 'obs'::regnamespace""",
    "acl": """
        select kind, name, coalesce(grantee.rolname, 'PUBLIC')::text, a.privilege_type, a.is_grantable from (
            select 'schema', nspname::text, coalesce(nspacl, acldefault('n', nspowner))
                from pg_namespace where nspname = 'obs'
            union all select 'relation', oid::regclass::text,
                coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner))
                from pg_class where relnamespace = 'obs'::regnamespace
            union all select 'column', attrelid::regclass::text || '.' || attname, attacl
                from pg_attribute where attrelid in (select oid from pg_class where relnamespace = 'obs'::regnamespace)
            union all select 'function', oid::regprocedure::text, coalesce(proacl, acldefault('f', proowner))
                from pg_proc where pronamespace = 'obs'::regnamespace
            union all select 'default', defaclrole::regrole || defaclobjtype::text, defaclacl from pg_default_acl
        ) o (kind, name, acl), aclexplode(o.acl) a left join pg_roles grantee on grantee.oid = a.grantee""",
    "comment": """
        select d.classoid::regclass::text, pg_describe_object(d.classoid, d.objoid, d.objsubid), d.description
        from pg_description d, pg_identify_object(d.classoid, d.objoid, d.objsubid) o
        where o.schema = 'obs' or o.identity = 'obs' or o.identity like 'obs.%'""",
    "member": """
        select m.roleid::regrole::text, m.member::regrole::text from pg_auth_members m
        where m.roleid::regrole::text like 'obs%' and m.member::regrole::text like 'obs%'""",
}


def catalog(db: Db) -> set[str]:
    """The definitions: equal for every installation of the same files."""
    return {f"{kind}: {tuple(row)}" for kind, query in _OBJECTS.items() for row in db.rows(query)}


def restored(lines: set[str]) -> set[str]:
    """The same without casts: a list of varchar in a constraint is written in another way once it has been dumped."""
    casts = re.compile(r"::(character varying|text)(\[\])?|[()]")
    return {casts.sub("", line) if line.startswith("constraint: ") else line for line in lines}


def contents(db: Db) -> dict[str, str]:
    """A digest of every table's rows, and of where every sequence stands."""
    digests = {}
    tables = db.rows(
        "select relname, relkind from pg_class where relnamespace = to_regnamespace('obs') and relkind in ('r', 'S')"
    )
    for name, kind in tables:
        whole = "last_value::text" if kind == "S" else "t::text"
        query = sql.SQL("select {} from obs.{} t order by 1").format(sql.SQL(whole), sql.Identifier(name))
        rows = [text for (text,) in db.conn.execute(query)]
        digests[name] = f"{len(rows)} rows {hashlib.sha256(chr(10).join(rows).encode()).hexdigest()}"
    return digests
