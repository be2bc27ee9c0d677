"""`obs diagnose`"""

from __future__ import annotations

from typing import Annotated

import psycopg
import typer

from .. import wire
from .database import Dsn, opened
from .output import note, table

CHECK_TIMEOUT_MS = 500


def diagnose(
    alert: Annotated[int, typer.Argument(help="The alert's number: alert_id of obs.alert_active.")],
    dsn: Dsn = None,
) -> None:
    """Run the checks of an alert's runbook, read-only and at most half a second each, and show what they found.

    Of a cause also the next step, and the SQL to look at it.

    Example: obs diagnose 17 --dsn postgresql://oncall@localhost/pipeline
    """
    with opened(dsn) as conn:
        names = [row[0] for row in conn.execute("select check_name from obs.checks_of(%s)", (alert,))]
        found = [(name, *_check(conn, alert, name)) for name in names]
    if not names:
        note(f"the runbook of this alert has no checks: select * from obs.runbook_steps({alert}); says what to do")
        return
    table(("check", "verdict", "finding"), [row[:3] for row in found])
    for name, verdict, _, step, sql in found:
        if verdict == "cause" and step:
            note(f"next step of {name}: {step}")
        if verdict == "cause" and sql:
            note(f"    {sql}")


def _check(conn: wire.Connection, alert: int, name: str) -> tuple[str, str, str, str]:
    """Verdict, finding, next step and SQL; a check that takes too long says so and hinders no other."""
    try:
        with conn.transaction():
            conn.execute("set transaction read only")
            conn.execute(f"set local statement_timeout = {CHECK_TIMEOUT_MS}")
            answer = conn.execute("select obs.run_check(%s, %s)", (alert, name)).fetchone()
    except psycopg.errors.QueryCanceled:
        return "unknown", f"took longer than {CHECK_TIMEOUT_MS} ms", "", ""
    result = answer[0] if answer else {}
    step, sql = (str(result.get(key) or "") for key in ("next_step", "sql"))
    return str(result.get("verdict", "unknown")), str(result.get("finding", "")), step, sql
