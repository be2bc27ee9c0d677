"""How many may work at a time, when that changes while they work."""

from __future__ import annotations

import threading
from collections.abc import Callable

LOOK_EVERY = 0.1  # seconds


class Gate:
    """Lets in as many at a time as `room` says at that moment, and always one."""

    def __init__(self, room: Callable[[], int]) -> None:
        self._room = room
        self._inside = 0
        self._left = threading.Condition()

    def __enter__(self) -> None:
        with self._left:
            while self._inside and self._inside >= self._room():
                self._left.wait(LOOK_EVERY)
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._left:
            self._inside -= 1
            self._left.notify()
