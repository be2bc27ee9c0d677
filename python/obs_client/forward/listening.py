"""LISTEN on a direct connection: a hint that saves the wait for the next look, tested from time to time.

What a notification says is not read: whoever is woken looks into the outbox.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable

import psycopg

from .. import errors, wire
from .patience import Backoff, Complaint

CHANNEL = "obs_alerts"
PROBE = "obs_probe"
ANSWER_SECONDS = 5.0
_POOLED = (
    "LISTEN does not reach this connection: is there a pooler before it? "
    "The outbox is polled until then; give a direct --dsn"
)


class Listener(threading.Thread):
    """Calls `wake` whenever obs notifies. `is_listening` is what the last probe showed."""

    def __init__(
        self, dsn: str, wake: Callable[[], None], stopping: threading.Event, complaint: Complaint, probe: float
    ) -> None:
        super().__init__(name="obs-listen", daemon=True)
        self.is_listening = False
        self.connections = 0  # since the start; a busy loop would show here
        self._dsn, self._wake, self._stopping = dsn, wake, stopping
        self._complaint, self._every = complaint, probe
        self._word = secrets.token_hex(8)

    def run(self) -> None:
        backoff = Backoff()
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                self._listen()
            except (psycopg.Error, wire.NotReadyError) as error:
                self._complaint.say("listen", f"listening again soon: {errors.summary(error)}")
            self.is_listening = False
            if time.monotonic() - began > 60:  # it held for a while: this is a new trouble
                backoff.reset()
            self._stopping.wait(backoff.next())

    def _listen(self) -> None:
        with wire.connect(self._dsn) as conn:
            self.connections += 1
            conn.execute(f"listen {CHANNEL}")
            conn.execute(f"listen {PROBE}")
            self._wake()  # what was notified while nobody listened
            probed: float | None = None
            asked_at = -self._every
            while not self._stopping.is_set():
                now = time.monotonic()
                if probed is None and now - asked_at >= self._every:
                    probed = asked_at = now
                    self._ask()
                for notify in conn.notifies(timeout=0.5):
                    if notify.channel == CHANNEL:
                        self._wake()
                    elif notify.payload == self._word:
                        probed, self.is_listening = None, True
                        self._complaint.settle("listen", "listening again")
                    if self._stopping.is_set():
                        return
                    if probed is not None:
                        break
                if probed is not None and time.monotonic() - probed > ANSWER_SECONDS:
                    self.is_listening = False
                    raise wire.NotReadyError(_POOLED)

    def _ask(self) -> None:
        """Notify from another connection, as obs does."""
        with wire.connect(self._dsn) as other:
            other.execute("select pg_notify(%s, %s)", (PROBE, self._word))
