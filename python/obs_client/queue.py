"""The caller's side of the house: a bounded queue that costs one append."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from .raw import Context


class Queue:
    """Callers append while `len(events) < room`; else they call `enter`, which starts the threads or counts a loss.

    There is no lock on the way: a deque's append is atomic. `room` is 0 until the threads run, so one
    comparison answers both questions. The bound may be passed by as many events as there are threads.
    """

    __slots__ = ("_start", "append", "dropped", "events", "limit", "room")

    def __init__(self, limit: int, start: Callable[[], None]) -> None:
        self.events: deque[Any] = deque()
        self.append = self.events.append
        self.limit = limit
        self.room = 0
        self.dropped: deque[Context] = deque()
        self._start = start

    def enter(self, raw: tuple[Any, ...]) -> None:
        """Take an event when the quick way is closed."""
        if self.room == 0:
            self._start()
        if len(self.events) < self.limit:
            self.append(raw)
        else:
            self.dropped.append(raw[1])

    def take(self, limit: int) -> list[Any]:
        """Up to `limit` of what waits, oldest first."""
        pop = self.events.popleft
        taken: list[Any] = []
        try:
            for _ in range(limit):
                taken.append(pop())
        except IndexError:
            pass
        return taken

    def take_drops(self) -> list[Context]:
        """Where the events belonged that found no room since the last time."""
        return [self.dropped.popleft() for _ in range(len(self.dropped))]

    def clear(self) -> None:
        """Forget everything: what a forked child inherits is its parent's to send."""
        self.events.clear()
        self.dropped.clear()
        self.room = 0
