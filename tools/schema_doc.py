"""Writes docs/schema.md from the comments in a database that has obs: every table and view with its columns.

python tools/schema_doc.py DSN            prints it
python tools/schema_doc.py DSN --write    writes docs/schema.md
"""

from __future__ import annotations

import sys
from pathlib import Path

import psycopg

PAGE = Path(__file__).resolve().parent.parent / "docs" / "schema.md"
HEAD = """# Tables and views

Made by `tools/schema_doc.py` from the comments in the database; edit those (`sql/schema/92_comments.sql`). Times
ending in `_at` are by the server's clock unless the column says otherwise; `_ms` are milliseconds, `_usd` US dollars.
"""
RELATIONS = """
    select c.oid, c.relname, c.relkind, coalesce(obj_description(c.oid, 'pg_class'), '')
    from pg_class c
    where c.relnamespace = 'obs'::regnamespace and c.relkind in ('r', 'p', 'v') and not c.relispartition
    order by c.relkind = 'v', c.relname"""
COLUMNS = """
    select a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
        coalesce(col_description(a.attrelid, a.attnum), '') as meaning,
        coalesce(array_position(i.indkey::int2[], a.attnum) is not null, false) as is_key
    from pg_attribute a
    left join pg_index i on i.indrelid = a.attrelid and i.indisprimary
    where a.attrelid = %s and a.attnum > 0 and not a.attisdropped
    order by a.attnum"""
TYPES = {
    "timestamp with time zone": "timestamptz",
    "character varying": "varchar",
    "integer": "int",
    "boolean": "bool",
}


def schema_doc(conn: psycopg.Connection) -> str:
    """The page; `key` marks the columns of the primary key, `null` those that may be NULL."""
    parts = [HEAD]
    for oid, name, kind, comment in conn.execute(RELATIONS).fetchall():
        about = f"View: {_cell(comment)}" if kind == "v" else _cell(comment)
        parts.append(f"\n## obs.{name}\n\n{about}\n\n| column | type | | |\n|---|---|---|---|\n")
        for column, type_name, not_null, meaning, is_key in conn.execute(COLUMNS, (oid,)).fetchall():
            mark = "key" if is_key else "" if not_null or kind == "v" else "null"
            parts.append(f"| `{column}` | {TYPES.get(type_name, type_name)} | {mark} | {_cell(meaning)} |\n")
    return "".join(parts)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main() -> None:
    with psycopg.connect(sys.argv[1]) as conn:
        page = schema_doc(conn)
    if "--write" in sys.argv:
        PAGE.write_text(page, encoding="utf-8")
    else:
        sys.stdout.write(page)


if __name__ == "__main__":
    main()
