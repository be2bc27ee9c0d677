"""What the database advises about a vendor.

It is asked beside the pipeline: no caller waits long, and none is told of trouble.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable

import psycopg

from . import wire
from .errors import summary
from .notices import Warn
from .types import Advice

FRESH = 2.0  # seconds for which an answer is not asked for again
KEPT = 120.0  # seconds for which the last answer stands while no new one comes
WAIT = 0.5  # seconds the first caller waits; later ones get the last answer while a new one is fetched
PAUSE = 15.0  # seconds of silence after a failure

Key = tuple[str, str, str | None]
_ADVICE = "select batch_factor, skip, reason, until from obs.advice(p_tenant_id => %s, p_vendor => %s, p_run_id => %s)"


class Adviser:
    """Fetches on threads of its own, over one connection; at most one fetch for a question is under way."""

    def __init__(self, database: Callable[[], str | None], warn: Warn) -> None:
        self._database, self._warn = database, warn
        self._answers: dict[Key, tuple[float, Advice]] = {}
        self._fetching: dict[Key, threading.Event] = {}
        self._lock = threading.Lock()
        self._line = threading.Lock()  # held while the connection is used
        self._conn: wire.Connection | None = None
        self._not_before = 0.0

    def ask(self, tenant_id: str, vendor: str, run_id: str | None = None) -> Advice:
        """The advice as it was a moment ago; the neutral one while the database does not answer."""
        key, now = (tenant_id, vendor, run_id), time.monotonic()
        at, advice = self._answers.get(key, (now - KEPT, Advice()))
        if now - at < FRESH or now < self._not_before:
            return advice if now - at < KEPT else Advice()
        fetched = self._fetch(key)
        if now - at < KEPT:
            return advice
        if fetched is not None:
            fetched.wait(WAIT)
        return self._answers.get(key, (now, Advice()))[1] if fetched is not None and fetched.is_set() else Advice()

    def close(self) -> None:
        """Give the connection back; a later question opens another."""
        if self._line.acquire(timeout=WAIT):
            try:
                self._hang_up()
            finally:
                self._line.release()

    def _fetch(self, key: Key) -> threading.Event | None:
        """Start a fetch, or meet the one that is under way; None when no thread can be had."""
        with self._lock:
            if key in self._fetching:
                return self._fetching[key]
            done = threading.Event()
            thread = threading.Thread(target=self._answer, args=(key, done), name="obs-advice", daemon=True)
            with contextlib.suppress(RuntimeError):  # too late in the interpreter's life
                thread.start()
                self._fetching[key] = done
                return done
        return None

    def _answer(self, key: Key, done: threading.Event) -> None:
        try:
            with self._line:
                self._answers[key] = (time.monotonic(), self._query(key))
        except Exception as error:
            self._not_before = time.monotonic() + PAUSE
            self._warn(f"no advice from the database, vendors are used as usual: {summary(error)}")
            with self._line:
                self._hang_up()
        finally:
            with self._lock:
                self._fetching.pop(key, None)
            done.set()

    def _query(self, key: Key) -> Advice:
        database = self._database()
        if database is None:
            return Advice()
        if self._conn is None or self._conn.closed:
            self._conn = wire.connect(database, timeout=2)
        ((factor, skip, reason, until),) = self._conn.execute(_ADVICE, key).fetchall()
        return Advice(float(factor), skip, reason, until)

    def _hang_up(self) -> None:
        with contextlib.suppress(psycopg.Error):
            if self._conn is not None:
                self._conn.close()
        self._conn = None
