"""What is found out about an alert before it is told: each check a read-only statement with little time."""

from __future__ import annotations

import time
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from .. import errors, wire

CHECK_MS = 500
BUDGET_SECONDS = 3.0


def collect(conn: wire.Connection, alert_ids: list[int]) -> None:
    """Diagnoses these alerts and keeps what was found; what does not fit into the time is left to the next message."""
    deadline = time.monotonic() + BUDGET_SECONDS
    for alert_id in alert_ids:
        if time.monotonic() >= deadline:
            return
        found = _of(conn, alert_id, deadline)
        if found:
            conn.execute("select obs.keep_evidence(%s, %s)", (alert_id, Jsonb(found)))


def _of(conn: wire.Connection, alert_id: int, deadline: float) -> list[Any]:
    rows = conn.execute("select * from obs.checks_of(%s)", (alert_id,)).fetchall()
    found: list[Any] = []
    for name in [row[0] for row in rows]:
        left_ms = min(CHECK_MS, round((deadline - time.monotonic()) * 1000))
        found.append(_unknown(name, "no time was left") if left_ms <= 0 else _check(conn, alert_id, name, left_ms))
    return found


def _check(conn: wire.Connection, alert_id: int, name: str, limit_ms: int) -> Any:
    try:
        with conn.transaction():
            conn.execute("set transaction read only")
            conn.execute("select set_config('statement_timeout', %s, true)", (f"{limit_ms}ms",))
            row = conn.execute("select obs.run_check(%s, %s)", (alert_id, name)).fetchone()
    except psycopg.errors.QueryCanceled:
        return _unknown(name, f"took longer than {limit_ms} ms")
    except psycopg.Error as error:
        if conn.closed:
            raise
        return _unknown(name, errors.summary(error))
    return row[0] if row and row[0] is not None else _unknown(name, "said nothing")


def _unknown(name: str, finding: str) -> dict[str, Any]:
    return {"check": name, "verdict": "unknown", "finding": finding, "next_step": None, "sql": None}
