"""Rows gathered run by run and sent by a thread, so that lines are read while the database works."""

from __future__ import annotations

import contextlib
from collections import deque
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import psycopg

from .. import errors, wire
from .door import Answer, Door
from .report import BadLine, Key, Report

WAITING = 10 * wire.MAX_ROWS  # rows of all runs in memory
UNDER_WAY = 2  # batches handed over and not yet answered


@dataclass
class _Batch:
    """The rows of one run, and where their lines stand."""

    key: Key
    rows: list[str] = field(default_factory=list)
    places: list[tuple[str, int]] = field(default_factory=list)


class Batches:
    """One run's rows leave in their order; what became of them is added to the report."""

    def __init__(self, door: Door, report: Report) -> None:
        self._door, self._report = door, report
        self._gathered: dict[Key, _Batch] = {}
        self._waiting = 0
        self._thread = ThreadPoolExecutor(1, "obs-import")
        self._under_way: deque[tuple[_Batch, Future[Answer]]] = deque()
        self._failed = False

    def add(self, key: Key, row: str, file: str, number: int) -> None:
        batch = self._gathered.get(key)
        if batch is None:
            batch = self._gathered[key] = _Batch(key)
        batch.rows.append(row)
        batch.places.append((file, number))
        self._waiting += 1
        if len(batch.rows) >= wire.MAX_ROWS:
            self._send(key)
        elif self._waiting >= WAITING:
            self._send(max(self._gathered, key=lambda key: len(self._gathered[key].rows)))

    def send_all(self) -> None:
        """Send what has been gathered and wait for the answers."""
        for key in list(self._gathered):
            self._send(key)
        while self._under_way:
            self._settle()

    def stop(self) -> None:
        """Give up what is not sent yet, and note what is."""
        self._door.stop()
        self._thread.shutdown(cancel_futures=True)
        with contextlib.suppress(psycopg.Error, CancelledError):
            while self._under_way:
                self._settle()

    def close(self) -> None:
        self._thread.shutdown(cancel_futures=True)

    def _send(self, key: Key) -> None:
        """Rows without a tenant follow those of the same run that have one and may start it."""
        if key[0] is None:
            for other in [other for other in self._gathered if other[1] == key[1] and other[0] is not None]:
                self._send(other)
        if batch := self._gathered.pop(key, None):
            self._waiting -= len(batch.rows)
            self._under_way.append((batch, self._thread.submit(self._deliver, batch.rows)))
            while len(self._under_way) > UNDER_WAY:
                self._settle()

    def _deliver(self, rows: list[str]) -> Answer:
        """In the thread. After a failure nothing follows: what comes later may need what is missing."""
        if self._failed:
            raise CancelledError
        try:
            return self._door.send(rows)
        except BaseException:
            self._failed = True
            raise

    def _settle(self) -> None:
        batch, answer = self._under_way.popleft()
        counts, details, refused = answer.result()
        run = self._report.run(batch.key)
        run.counts = run.counts.plus(counts)
        run.reasons.update(detail["reason"] for detail in details)
        for row, error in refused:
            place = batch.places[batch.rows.index(row)]
            self._report.leave_out(BadLine(*place, f"the database refused it: {errors.message(error)}"))
