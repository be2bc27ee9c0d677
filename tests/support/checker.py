"""plpgsql_check over functions of obs: names, types, unused variables, injection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from support.db import Db

# A trigger function is checked against a table it could hang on.
TRIGGER_TABLE = "obs.enrichment_runs"


@contextmanager
def checking(db: Db) -> Iterator[None]:
    """A transaction in which functions can be checked; nothing of it stays."""
    if not db.rows("select from pg_available_extensions where name = 'plpgsql_check'"):
        pytest.skip("plpgsql_check is not installed for this PostgreSQL")
    db.execute("begin")
    db.execute("create extension plpgsql_check")
    db.execute("load 'plpgsql_check'")
    db.execute("select obs.open_batch()")  # functions of the batch door read its temporary table
    try:
        yield
    finally:
        db.execute("rollback")


def findings(db: Db, condition: str) -> list[str]:
    query = f"""
        select p.oid::regprocedure::text as function, c.lineno, c.level, c.sqlstate, c.message, c.detail, c.hint
        from pg_proc p join pg_language l on l.oid = p.prolang,
        lateral plpgsql_check_function_tb(p.oid,
            case when p.prorettype = 'trigger'::regtype then coalesce(
                (select t.tgrelid from pg_trigger t where t.tgfoid = p.oid limit 1), %s::regclass) else 0 end,
            fatal_errors => false, other_warnings => true, extra_warnings => true,
            performance_warnings => false, security_warnings => true) c
        where p.pronamespace = 'obs'::regnamespace and l.lanname = 'plpgsql' and c.level <> 'performance'
          and ({condition})
        order by 1, 2"""
    found = db.rows(query, (TRIGGER_TABLE,))
    return [f"{f.function}:{f.lineno} {f.level} {f.sqlstate} {f.message} {f.detail or ''}" for f in found]
