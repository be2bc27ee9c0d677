"""Between the writer and the sender: batches in memory up to a bound, beyond it only their place in the spool."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass, field

from .spool_file import SpoolFile

BATCH_BYTES = 8 << 20


class Barrier:
    """Runs with the events through queue and outbox; tells when all before it are spooled, and when sent."""

    def __init__(self) -> None:
        self.spooled = threading.Event()
        self.sent = threading.Event()


@dataclass
class Batch:
    """Some rendered events: `rows` for the wire (None: to be read back), and where their lines stand."""

    count: int
    size: int
    rows: list[str] | None
    file: SpoolFile | None = None
    start: int = 0
    end: int = 0

    def precedes(self, other: Batch) -> bool:
        """Whether both are to be read back, the other one right behind this one."""
        return self.rows is None and self.file is other.file and self.end == other.start


@dataclass
class Shipment:
    """What goes out in one transaction: rows, or a piece of a file; and what is confirmed by it."""

    rows: list[str] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)
    spilled: Batch | None = None


class Outbox:
    """`in_memory` is the size of the batches that have their rows."""

    def __init__(self, memory_bytes: int, batch_events: int, linger: float) -> None:
        self._memory_bytes, self._batch_events, self._linger = memory_bytes, batch_events, linger
        self._items: deque[Batch | Barrier] = deque()
        self._barriers = 0
        self._changed = threading.Condition()
        self._oldest = 0.0
        self._events = 0
        self.in_memory = 0
        self.closed = False

    def put(self, batch: Batch) -> bool:
        """Hand over a batch; False when it is lost, because memory is full and it stands in no file."""
        with self._changed:
            if self.in_memory + batch.size > self._memory_bytes:
                if batch.file is None:
                    return False
                batch.rows = None
                last = self._items[-1] if self._items else None
                if isinstance(last, Batch) and last.precedes(batch):
                    last.count, last.end = last.count + batch.count, batch.end
                    return True
            else:
                self._events += batch.count
                self.in_memory += batch.size
            if not self._items:
                self._oldest = time.monotonic()
            self._items.append(batch)
            self._changed.notify_all()
        return True

    def put_barrier(self, barrier: Barrier) -> None:
        with self._changed:
            self._items.append(barrier)
            self._barriers += 1
            self._changed.notify_all()

    def close(self) -> None:
        """Nothing more will come; whoever waits need not."""
        with self._changed:
            self.closed = True
            self._changed.notify_all()

    def take(self, timeout: float) -> Shipment | None:
        """The next shipment, when one is large or old enough, or somebody waits at a barrier."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                self._pass_barriers()
                now = time.monotonic()
                if self._items and (wait := self._wait(now)) <= 0:
                    return self._ship()
                wait = min(self._wait(now), deadline - now) if self._items else deadline - now
                if wait <= 0 or (self.closed and not self._items):
                    return None
                self._changed.wait(wait)

    def done(self, shipment: Shipment) -> None:
        """The shipment has been answered: forget its batches."""
        with self._changed:
            for batch in shipment.batches:
                self._pass_barriers()
                self._items.popleft()
                self._events -= batch.count
                self.in_memory -= batch.size
            self._oldest = time.monotonic() - self._linger
            self._pass_barriers()

    def advance(self, batch: Batch, start: int, lines: int) -> None:
        """A piece of a spilled batch has been answered; what follows begins at `start`."""
        with self._changed:
            batch.start, batch.count = start, batch.count - lines
            if batch.start >= batch.end:
                self._items.popleft()
            self._pass_barriers()

    def unspooled(self) -> int:
        """How many events stand here alone."""
        with self._changed:
            return sum(item.count for item in self._items if isinstance(item, Batch) and item.file is None)

    def _wait(self, now: float) -> float:
        head = self._items[0]
        hurried = (
            self.closed or self._barriers > 0 or self._events >= self._batch_events or self.in_memory >= BATCH_BYTES
        )
        if hurried or (isinstance(head, Batch) and head.rows is None):
            return 0.0
        return self._oldest + self._linger - now

    def _pass_barriers(self) -> None:
        while self._items and isinstance(head := self._items[0], Barrier):
            self._items.popleft()
            self._barriers -= 1
            head.sent.set()

    def _ship(self) -> Shipment:
        shipment = Shipment()
        size = 0
        for item in self._items:
            if isinstance(item, Barrier):
                continue
            if item.rows is None:
                if not shipment.batches:
                    shipment.spilled = item
                break
            size += item.size
            if shipment.batches and (len(shipment.rows) + item.count > self._batch_events or size > BATCH_BYTES):
                break
            shipment.rows.extend(item.rows)
            shipment.batches.append(item)
        return shipment
