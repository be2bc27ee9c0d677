"""Batches on their way into the database: sent again when the server or another writer was in the way."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, NamedTuple, TypeVar

import psycopg

from .. import wire
from ..types import Counts

PAUSES = (0.05, 0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)  # seconds before the second, third, … attempt

_PASSING = ("08", "40", "53", "55", "57")  # states that go by: connection, deadlock, too many, locked, shutdown
_START = "select obs.start_run(p_tenant_id => %s, p_run_id => %s, p_started_at => %s::timestamptz)"
_FINISH = """select status from obs.finish_run(
    p_run_id => %s, p_tenant_id => %s, p_status => %s, p_ended_at => %s::timestamptz)"""

T = TypeVar("T")


class Answer(NamedTuple):
    """What became of a batch."""

    counts: Counts
    details: list[dict[str, Any]]  # `ord` and `reason` of rows that were quarantined
    refused: list[tuple[str, psycopg.Error]]  # rows that were not stored anywhere


class Door:
    """One connection of a writer. Sending again is harmless: what came through is a duplicate the second time."""

    def __init__(self, dsn: str, pauses: Sequence[float] = PAUSES) -> None:
        self._dsn, self._pauses = dsn, pauses
        self._conn = wire.connect(dsn)

    def send(self, rows: Sequence[str]) -> Answer:
        """Enter a batch. A row the database would not have keeps no other out."""
        try:
            return Answer(*self._patiently(lambda conn: wire.send_detailed(conn, rows)), [])
        except psycopg.Error as error:
            if wire.not_ready(error):
                raise
        return self._patiently(lambda conn: _one_by_one(conn, rows))

    def start_run(self, tenant_id: str, run_id: str, started_at: str | None) -> None:
        self._patiently(lambda conn: conn.execute(_START, (tenant_id, run_id, started_at)))

    def finish_run(self, tenant_id: str | None, run_id: str, status: str | None, ended_at: str | None) -> str:
        """The status the run has now."""
        row = self._patiently(lambda conn: conn.execute(_FINISH, (run_id, tenant_id, status, ended_at)).fetchone())
        return str(row[0]) if row else ""

    def stop(self) -> None:
        """From another thread: end what is under way, and try nothing again."""
        self._pauses = ()
        self._conn.cancel()

    def close(self) -> None:
        self._conn.close()

    def _patiently(self, attempt: Callable[[wire.Connection], T]) -> T:
        for attempts in count():
            try:
                if self._conn.closed:
                    self._conn = wire.connect(self._dsn)
                return attempt(self._conn)
            except psycopg.OperationalError as error:  # deadlocks and lost connections are of this class
                passes = error.sqlstate is None or error.sqlstate[:2] in _PASSING
                if not passes or attempts >= len(self._pauses):
                    raise
                pause = self._pauses[attempts]
            time.sleep(pause)
        raise AssertionError


def _one_by_one(conn: wire.Connection, rows: Sequence[str]) -> Answer:
    refused: list[tuple[str, psycopg.Error]] = []
    counts = wire.deliver(conn, rows, lambda row, error: refused.append((row, error)))
    return Answer(counts, [], refused)
