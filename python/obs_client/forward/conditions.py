"""Conditions that users registered, run by the forwarder each minute on a connection of its own."""

from __future__ import annotations

import logging

import psycopg
from psycopg.types.json import Jsonb

from .. import wire

log = logging.getLogger("obs.forward")

TIMEOUT_MS = 2_000
MAX_ROWS = 10_000
# No longer than what obs keeps of it: rows come from anybody's view, all of them held at once. run_id is optional.
_ROW = """jsonb_build_object(
    'tenant_id', left(c.tenant_id, 200), 'run_id', left(to_jsonb(c) ->> 'run_id', 200), 'subject', left(c.subject, 128),
    'value', c.value, 'threshold', c.threshold, 'verdict', left(c.verdict, 20), 'summary', left(c.summary, 1000))"""
_REPORT = "select obs.report_condition(%s, %s, %s)"


def evaluate(conn: wire.Connection) -> None:
    """Called once a minute while the forwarder serves its database.

    Each view is read by a statement of its own, read-only and with a timeout, with the rights of the forwarder's login.
    What it says, or the SQLSTATE that reading it ended with, goes to obs.report_condition; one that fails hinders no
    other.
    """
    for code, relation in conn.execute("select alert_code, relation from obs.registered_conditions()").fetchall():
        rows: list[object] = []
        state: str | None = None
        try:
            with conn.transaction():
                conn.execute("set transaction read only")
                conn.execute(f"set local statement_timeout = {TIMEOUT_MS}")
                # The name comes quoted from the catalog, through obs.register_condition.
                found = conn.execute(f"select {_ROW} from {relation} c limit {MAX_ROWS + 1}".encode())
                rows = [row[0] for row in found.fetchall()]
                if len(rows) > MAX_ROWS:
                    log.warning("the condition of %s has more than %s rows: the rest is not judged", code, MAX_ROWS)
                    del rows[MAX_ROWS:]
                raise psycopg.Rollback  # what the view's functions set for the session goes, too
        except psycopg.Error as error:
            state = _failed(conn, code, error)
        try:
            conn.execute(_REPORT, (code, Jsonb(rows), state))
        except psycopg.DataError as error:  # the view says something else than when it was registered
            conn.execute(_REPORT, (code, Jsonb([]), _failed(conn, code, error)))


def _failed(conn: wire.Connection, code: str, error: psycopg.Error) -> str | None:
    if conn.closed:
        raise error
    log.warning("the condition of %s failed: SQLSTATE %s", code, error.sqlstate)
    return error.sqlstate
