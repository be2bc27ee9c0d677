"""Waiting longer and longer, with jitter, and saying so once a minute."""

from __future__ import annotations

import logging
import random
import threading
import time

log = logging.getLogger("obs.forward")

SAY_EVERY = 60.0


class Backoff:
    """Seconds to wait before the next try: doubled up to `longest`, give or take half."""

    def __init__(self, shortest: float = 0.5, longest: float = 30.0) -> None:
        self._shortest, self._longest = shortest, longest
        self._failures = 0

    def next(self) -> float:
        pause: float = min(self._longest, self._shortest * 2 ** min(self._failures, 20))
        self._failures += 1
        return pause * random.uniform(0.5, 1.5)

    def reset(self) -> None:
        self._failures = 0


class Complaint:
    """Says what is wrong once a minute, however often it happens and ends."""

    def __init__(self, every: float = SAY_EVERY) -> None:
        self._every = every
        self._said: dict[str, float] = {}
        self._unsaid: dict[str, int] = {}
        self._wrong: set[str] = set()
        self._lock = threading.Lock()

    def say(self, subject: str, text: str) -> None:
        with self._lock:
            if not self._may_speak(subject):
                self._unsaid[subject] = self._unsaid.get(subject, 0) + 1
                return
            self._wrong.add(subject)
            unsaid = self._unsaid.pop(subject, 0)
        log.warning("%s%s", text, f" (and {unsaid} times before)" if unsaid else "")

    def settle(self, subject: str, text: str) -> None:
        """Says that it is well again, when it was said to be wrong."""
        with self._lock:
            if subject not in self._wrong:
                return
            self._wrong.discard(subject)
        log.info("%s", text)

    def _may_speak(self, subject: str) -> bool:
        now = time.monotonic()
        if now - self._said.get(subject, -self._every) < self._every:
            return False
        self._said[subject] = now
        return True
