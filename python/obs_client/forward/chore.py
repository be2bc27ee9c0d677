"""Work that a forwarder does beside its beats, each kind on a thread and a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable

import psycopg

from .. import errors, wire
from .patience import Complaint


class Chore:
    """One kind of work, never twice at once: what hangs in one holds up neither the beats nor another."""

    def __init__(
        self,
        name: str,
        dsn: str,
        work: Callable[[wire.Connection], object],
        complaint: Complaint,
        done: Callable[[], None],
    ) -> None:
        self._name, self._dsn, self._work, self._complaint, self._done = name, dsn, work, complaint, done
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Start it, unless the last time is still under way."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name=f"obs-{self._name}", daemon=True)
            self._thread.start()

    def wait(self, seconds: float) -> None:
        """Let what is under way end, for so long."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _run(self) -> None:
        try:
            with wire.connect(self._dsn) as conn:
                self._work(conn)
        except (psycopg.Error, wire.NotReadyError) as error:
            self._complaint.say(self._name, f"{self._name} failed: {errors.summary(error)}")
        else:
            self._done()
