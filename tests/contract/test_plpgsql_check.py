"""plpgsql_check reads every PL/pgSQL body: names, types, unused variables, injection."""

from __future__ import annotations

from support.checker import checking, findings
from support.db import Db

# The functions of sql/cron/adapter.sql name tables of pg_cron; tests/cron checks them where those are.
OF_PG_CRON = "p.proowner = 'obs_cron'::regrole"

# It reads whichever condition view a rule names; what the view gives is known to its contract test, not to the checker.
READS_ANY_VIEW = "obs._judge_rule"


def test_no_findings(db: Db) -> None:
    with checking(db):
        found = [
            one
            for one in findings(db, f"not {OF_PG_CRON}")
            if not (one.startswith(READS_ANY_VIEW) and "cannot determinate a result of dynamic SQL" in one)
        ]
        assert found == [], "\n".join(found)


def test_only_functions_of_pg_cron_are_left_to_its_own_server(db: Db) -> None:
    left = f"select p.proname from pg_proc p where p.pronamespace = 'obs'::regnamespace and {OF_PG_CRON}"
    assert all(name.startswith("_cron_") for (name,) in db.rows(left))
