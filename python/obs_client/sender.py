"""The sender thread: ships batches on its own connection, and keeps them when the database is away."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

from . import spool, wire
from .counters import Counters
from .errors import summary
from .notices import Warn
from .outbox import Outbox, Shipment
from .reading import encoded
from .replaying import refusal, replay_files
from .settings import Settings
from .types import Counts, ReplayResult

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 15.0
GIVE_UP_AFTER = 5
IDLE_LOOK = 0.5
ADOPT_EVERY = 60.0
LAST_ATTEMPTS = 2

OpenRuns = dict[object, tuple[str, str | None]]


class Sender:
    """`failures` counts the attempts that failed since the last success: 0 while all is well."""

    def __init__(
        self, dsn: str, settings: Settings, outbox: Outbox, open_runs: OpenRuns, counters: Counters, warn: Warn
    ) -> None:
        self.thread = threading.Thread(target=self.run, name="obs-sender", daemon=True)
        self.failures = 0
        self.conn: wire.Connection | None = None
        self._dsn, self._settings, self._outbox, self._open_runs = dsn, settings, outbox, open_runs
        self._counters, self._warn = counters, warn
        self._puzzles = 0
        self._next_heartbeat = time.monotonic() + settings.heartbeat
        self._next_adoption = 0.0
        self._adoption: Iterator[ReplayResult] | None = None
        self._hurry = threading.Event()

    def run(self) -> None:
        while True:
            shipment = self._outbox.take(0.0 if self._adoption else IDLE_LOOK)
            if shipment is not None and not self._ship(shipment):
                break
            if shipment is None and self._outbox.closed:
                break
            self._keep_house()
        self._disconnect()

    def hurry(self) -> None:
        """Do not sit out a pause between two attempts."""
        self._hurry.set()

    @property
    def connected(self) -> bool:
        return self.conn is not None and not self.conn.closed and self.failures == 0

    def _ship(self, shipment: Shipment) -> bool:
        """Try until it is answered; False when the client closes and the database does not answer."""
        attempts = 0
        while True:
            try:
                self._send(shipment)
            except Exception as error:
                self._failed(error)
            else:
                self.failures = self._puzzles = 0
                return True
            attempts = attempts + 1 if self._outbox.closed else 0
            if attempts >= LAST_ATTEMPTS:
                return False
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self.failures, 10)) * random.uniform(0.5, 1.0)
            self._hurry.wait(min(pause, FIRST_PAUSE) if self._outbox.closed else pause)
            self._hurry.clear()

    def _send(self, shipment: Shipment) -> None:
        conn = self._connect()
        give_up = self._puzzles >= GIVE_UP_AFTER
        refused = refusal(self._warn)
        piece = shipment.spilled
        if piece is None:
            self._count(wire.deliver(conn, shipment.rows, refused, give_up))
            for batch in shipment.batches:
                if batch.file is not None:
                    batch.file.confirm(batch.end)
            self._outbox.done(shipment)
        elif piece.file is not None:
            lines, end = piece.file.read_lines(piece.start, piece.end, self._settings.batch_events)
            rows = encoded(lines)
            self._count(wire.deliver(conn, rows, refused, give_up) if rows else Counts())
            piece.file.confirm(end)
            self._outbox.advance(piece, end, len(lines))

    def _keep_house(self) -> None:
        """Between two shipments: heartbeats, and what dead processes left."""
        if self._outbox.closed:
            return
        now = time.monotonic()
        try:
            if self._open_runs and now >= self._next_heartbeat:
                self._next_heartbeat = now + self._settings.heartbeat
                self._beat(self._connect())
            if self._settings.adopt and self._settings.spool_dir is not None and self.connected:
                self._adopt(self.conn, Path(self._settings.spool_dir), now)
        except Exception as error:
            self._adoption = None
            self._failed(error)

    def _beat(self, conn: wire.Connection) -> None:
        for run_id, tenant_id in tuple(self._open_runs.values()):
            try:
                wire.heartbeat(conn, run_id, tenant_id)
            except psycopg.Error as error:
                if wire.not_ready(error):
                    raise

    def _adopt(self, conn: wire.Connection | None, directory: Path, now: float) -> None:
        if self._adoption is None and conn is not None and now >= self._next_adoption:
            self._next_adoption = now + ADOPT_EVERY
            self._adoption = replay_files(conn, directory, self._warn)
        if self._adoption is not None and next(self._adoption, None) is None:
            self._adoption = None
            spool.prune(directory, self._settings.keep_bytes, self._settings.keep_files)

    def _connect(self) -> wire.Connection:
        if self.conn is None or self.conn.closed:
            self.conn = wire.connect(self._dsn)
        return self.conn

    def _disconnect(self) -> None:
        with contextlib.suppress(Exception):
            if self.conn is not None:
                self.conn.close()
        self.conn = None

    def _count(self, counts: Counts) -> None:
        self._counters.answered = self._counters.answered.plus(counts)
        if counts.quarantined:
            waiting = self._counters.answered.quarantined
            self._warn(f"events without a known run or tenant wait in obs.quarantined_events: {waiting} so far")

    def _failed(self, error: Exception) -> None:
        self.failures += 1
        self._counters.retries += 1
        self._counters.last_error = trouble = summary(error)
        ready = isinstance(error, psycopg.Error) and not wire.not_ready(error)
        self._puzzles = self._puzzles + 1 if ready else 0
        if not ready:
            self._disconnect()
        self._warn(f"the database does not take events, they are kept: {trouble}")
