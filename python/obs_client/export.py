"""A run's raw events as a CSV file in pieces: for `obs export` and the endpoint /export/run_events.csv.

The database makes the lines (obs.run_events_csv), so that a file is the same whoever asks. COPY in its binary format
brings them without escapes; nothing but the piece at hand is kept here.
"""

from __future__ import annotations

from collections.abc import Generator

from psycopg import sql

from . import errors, wire

PIECE_BYTES = 65_536

_COPY = sql.SQL("copy (select line from obs.run_events_csv({}, {}) as e (line)) to stdout (format binary)")


def run_events(conn: wire.Connection, run_id: str, tenant_id: str | None = None) -> Generator[bytes, None, None]:
    """The file in pieces of about 64 kB, in UTF-8, lines ending in CR LF.

    What is wrong with the run is raised here, before the first piece: UnknownRunError, AmbiguousRunError,
    ExpiredEventsError. Until it is exhausted the connection belongs to the iterator: who leaves early closes it, which
    cancels the query, before the connection is used or closed. On a connection that is not in autocommit mode the
    transaction stays open.
    """
    pieces = _pieces(conn, run_id, tenant_id)
    first = next(pieces)
    return _resumed(first, pieces)


def _resumed(first: bytes, pieces: Generator[bytes, None, None]) -> Generator[bytes, None, None]:
    yield first
    yield from pieces


def _pieces(conn: wire.Connection, run_id: str, tenant_id: str | None) -> Generator[bytes, None, None]:
    statement = _COPY.format(sql.Literal(run_id), sql.Literal(tenant_id))
    with errors.translated(), conn.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(["text"])
        lines: list[str] = []
        size = 0
        for (line,) in copy.rows():
            lines.append(line)
            size += len(line)
            if size >= PIECE_BYTES:
                yield _joined(lines)
                lines, size = [], 0
        if lines:
            yield _joined(lines)


def _joined(lines: list[str]) -> bytes:
    lines.append("")
    return "\r\n".join(lines).encode()
