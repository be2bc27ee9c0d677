"""Conditions that users registered, run by the forwarder each minute on a connection of its own."""

from __future__ import annotations

import logging

import psycopg
from psycopg.types.json import Jsonb

from .. import wire

log = logging.getLogger("obs.forward")

TIMEOUT_MS = 2_000
MAX_ROWS = 10_000


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
                found = conn.execute(f"select to_jsonb(c) from {relation} c limit {MAX_ROWS}".encode())
                rows = [row[0] for row in found.fetchall()]
        except psycopg.Error as error:
            if conn.closed:
                raise
            state = error.sqlstate
            log.warning("the condition of %s failed: SQLSTATE %s", code, state)
        conn.execute("select obs.report_condition(%s, %s, %s)", (code, Jsonb(rows), state))
