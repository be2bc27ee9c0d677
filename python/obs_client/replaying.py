"""Sending what dead processes left in the spool: exactly the lines behind the position of each unlocked file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path

import psycopg

from . import spool, wire
from .errors import translated
from .notices import Notices, Warn
from .reading import encoded
from .types import Counts, ReplayResult


def replay(dsn: str, directory: Path, warn: Warn | None = None) -> ReplayResult:
    """Send everything that is left, and say what became of it. Database errors are raised."""
    total = ReplayResult()
    with translated(), wire.connect(dsn) as conn:
        for part in replay_files(conn, directory, warn or Notices()):
            total = _sum(total, part)
    return total


def replay_files(conn: wire.Connection, directory: Path, warn: Warn) -> Iterator[ReplayResult]:
    """Send file after file, batch after batch; each batch that was answered is one result."""
    for file in spool.orphans(directory):
        result = ReplayResult(files=1)
        try:
            while file.confirmed < file.size:
                lines, end = file.read_lines(file.confirmed, file.size, wire.MAX_ROWS)
                rows = encoded(lines)
                counts = wire.deliver(conn, rows, refusal(warn)) if rows else Counts()
                file.confirm(end)
                sent = ReplayResult(0, len(rows), *counts, unreadable=len(lines) - len(rows))
                yield _sum(result, sent)
                result = ReplayResult()
        finally:
            file.retire(whatever=True)


def refusal(warn: Warn) -> Callable[[str, psycopg.Error], None]:
    """What to do with a row that the database refuses: say so; its line stays in the spool file."""

    def refused(row: str, error: psycopg.Error) -> None:
        warn(f"the database refused an event: {error.sqlstate}, event_id {wire.decode(row).get('event_id')}")

    return refused


def _sum(one: ReplayResult, other: ReplayResult) -> ReplayResult:
    names = [field.name for field in fields(ReplayResult)]
    return ReplayResult(**{name: getattr(one, name) + getattr(other, name) for name in names})
