"""What the client has to say of itself: through logging, at most once a minute for each kind of trouble."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

LOGGER = "obs_client"
EVERY = 60.0

Warn = Callable[[str], None]


class Notices:
    """Called with a text; texts that agree up to the first colon are of one kind."""

    def __init__(self) -> None:
        self._next: dict[str, float] = {}

    def __call__(self, text: str) -> None:
        kind = text.split(":", 1)[0]
        now = time.monotonic()
        if now >= self._next.get(kind, 0.0):
            self._next[kind] = now + EVERY
            logging.getLogger(LOGGER).warning("obs: %s", text)
