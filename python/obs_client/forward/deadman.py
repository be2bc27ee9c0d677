"""A ping to somebody outside, who raises the alarm when it stays out: the one thing that notices our own death."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import httpx

from .. import errors
from .channels.http import client
from .patience import Complaint


class DeadMan(threading.Thread):
    """Pings while `is_well` says so. The answer's status counts: a monitor that is gone does not watch."""

    def __init__(
        self, url: str, every: float, is_well: Callable[[], bool], stopping: threading.Event, complaint: Complaint
    ) -> None:
        super().__init__(name="obs-deadman", daemon=True)
        self.pings = 0
        self._url, self._every, self._is_well = url, every, is_well
        self._stopping, self._complaint = stopping, complaint

    def run(self) -> None:
        with client(timeout=5.0) as http:
            while True:
                began = time.monotonic()
                if self._is_well():
                    self._ping(http)
                    pause = self._every - (time.monotonic() - began)
                else:
                    pause = min(1.0, self._every)
                if self._stopping.wait(max(0.1, pause)):
                    return

    def _ping(self, http: httpx.Client) -> None:
        try:
            http.get(self._url).raise_for_status()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            # The address is a secret: whoever has it could keep a dead forwarder alive.
            said = errors.summary(error).replace(self._url, "its address")
            self._complaint.say("deadman", f"the dead-man ping failed: {said.split(' for url')[0]}")
        else:
            self.pings += 1
            self._complaint.settle("deadman", "the dead-man ping is answered again")
