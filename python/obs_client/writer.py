"""The writer thread: drains the queue, writes the spool, hands the rows to the outbox."""

from __future__ import annotations

import threading
import time
from typing import Any

from .counters import Counters
from .errors import summary
from .notices import Warn
from .outbox import Barrier, Batch, Outbox
from .queue import Queue
from .render import Renderer
from .spool import Spool

CHUNK = 1_000
CHUNK_BYTES = 1 << 20
BREATH_EVERY = 100  # events
BREATH = 50e-6  # seconds; without it, whoever waits for the interpreter gets it every 5 ms only
SPOOL_PAUSE = 10.0  # seconds after a failure before the spool is tried again


class Writer:
    def __init__(
        self,
        queue: Queue,
        renderer: Renderer,
        spool: Spool | None,
        outbox: Outbox | None,
        poll: float,
        counters: Counters,
        warn: Warn,
    ) -> None:
        self.thread = threading.Thread(target=self.run, name="obs-writer", daemon=True)
        self._queue, self._renderer, self._spool, self._outbox = queue, renderer, spool, outbox
        self._poll, self._counters, self._warn = poll, counters, warn
        self._wake = threading.Event()
        self._stopping = False
        self._spool_again = 0.0

    def run(self) -> None:
        while not self._stopping:
            if not self.step():
                self._wake.wait(self._poll)
                self._wake.clear()
        while self.step():
            pass

    def wake(self) -> None:
        """Do not wait for the next look at the queue."""
        self._wake.set()

    def stop(self) -> None:
        """Drain the queue, then end."""
        self._stopping = True
        self._wake.set()

    def step(self) -> bool:
        """Handle one chunk; False when nothing waited."""
        if drops := self._queue.take_drops():
            self._renderer.skip(drops)
            self._lose(len(drops), "the queue is full: the writer cannot keep up")
        taken = self._queue.take(CHUNK)
        if not taken:
            return False
        try:
            self._handle(taken)
        except Exception as error:  # the thread outlives what nobody foresaw
            self._lose(len(taken), f"the writer failed: {summary(error)}")
        return True

    def _handle(self, taken: list[Any]) -> None:
        lines: list[str] = []
        rows: list[str] = []
        size = 0
        for number, item in enumerate(taken, 1):
            if number % BREATH_EVERY == 0:
                time.sleep(BREATH)
            if isinstance(item, Barrier):
                self._hand_over(lines, rows)
                lines, rows, size = [], [], 0
                self._pass(item)
                continue
            try:
                line, row = self._renderer.render(item)
            except Exception as error:
                self._lose(1, f"an event could not be written: {summary(error)}")
                continue
            lines.append(line)
            rows.append(row)
            size += len(line)
            if size > CHUNK_BYTES:
                self._hand_over(lines, rows)
                lines, rows, size = [], [], 0
        self._hand_over(lines, rows)

    def _lose(self, number: int, why: str) -> None:
        self._counters.dropped += number
        self._warn(f"{why}; {self._counters.dropped} events dropped so far")

    def _pass(self, barrier: Barrier) -> None:
        barrier.spooled.set()
        if self._outbox is None:
            barrier.sent.set()
        else:
            self._outbox.put_barrier(barrier)

    def _hand_over(self, lines: list[str], rows: list[str]) -> None:
        if not lines:
            return
        data = "".join(lines).encode("utf-8", "replace")
        batch = Batch(len(rows), len(data), rows)
        self._write(data, batch)
        kept = batch.file is not None if self._outbox is None else self._outbox.put(batch)
        if not kept:
            self._lose(batch.count, "no room: neither the spool nor memory can take more")

    def _write(self, data: bytes, batch: Batch) -> None:
        if self._spool is not None and time.monotonic() >= self._spool_again:
            try:
                batch.file, batch.start, batch.end = self._spool.append(data)
                self._counters.spooled += batch.count
                return
            except OSError as error:
                self._spool_again = time.monotonic() + SPOOL_PAUSE
                trouble = summary(error)
                self._warn(f"the spool cannot be written, events are kept in memory alone: {trouble}")
        self._counters.unspooled += batch.count
