"""The forwarder: a worker a channel, a listener that wakes them, and a loop that beats and looks after the rest."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import time

import psycopg
from psycopg.types.json import Jsonb

from .. import errors, wire
from . import conditions, nights
from .chore import Chore
from .config import Config
from .deadman import DeadMan
from .listening import Listener
from .patience import Backoff, Complaint
from .worker import Worker

log = logging.getLogger("obs.forward")

_FOREIGN = "OB009"
_BEAT = "select obs.forwarder_beat(%s, %s, %s, %s)"
_FLUSH = "select obs.flush_notifications()"
_CHORES_SECONDS = 60.0
_TICKS_SECONDS = 600.0


class Forwarder:
    """`run()` works until `stop()`; `run_once()` sends what is there. Several may work on one database."""

    def __init__(self, dsn: str, config: Config) -> None:
        self.forwarder_id = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        self._dsn, self._config = dsn, config
        self._stopping, self._woken = threading.Event(), threading.Event()
        self._complaint = Complaint()
        self.listener = Listener(dsn, self._woken.set, self._stopping, self._complaint, config.probe)
        self.workers = [
            Worker(name, channel, dsn, self.forwarder_id, config.lease, config.poll, self._stopping, self._complaint)
            for name, channel in config.channels.items()
        ]
        self._conn: wire.Connection | None = None
        self._beaten_at = -1e9
        self._tick = Chore("tick", dsn, self._stand_in, self._complaint, self._woken.set)
        self._conditions = Chore("conditions", dsn, conditions.evaluate, self._complaint, self._woken.set)
        self._nights: Chore | None = None
        if config.report:
            sender = nights.Sender(config.report, self._complaint)
            self._nights = Chore("the report of a night", dsn, sender.send, self._complaint, self._woken.set)
        self._chores_at = self._ticks_until = -1e9

    def stop(self) -> None:
        self._stopping.set()
        self._woken.set()
        for worker in self.workers:
            worker.wake()

    def run(self) -> None:
        names = ", ".join(self._config.channels)
        log.info("forwarder %s serves %s", self.forwarder_id, names)
        threads: list[threading.Thread] = [self.listener, *self.workers]
        if self._config.deadman_url:
            arguments = (self._config.deadman_url, self._config.deadman, self.is_well, self._stopping, self._complaint)
            threads.append(DeadMan(*arguments))
        for thread in threads:
            thread.start()
        backoff = Backoff()
        while not self._stopping.is_set():
            try:
                self._round()
                backoff.reset()
            except (psycopg.Error, wire.NotReadyError) as error:
                self._trouble(error)
                self._stopping.wait(backoff.next())
                continue
            self._woken.wait(min(self._config.poll, self._config.beat))
            self._woken.clear()
        for thread in threads:
            thread.join(self._config.lease)
        if self._nights:
            self._nights.wait(self._config.lease)  # a letter under way is not sent again
        self._leave()
        log.info("forwarder %s has stopped", self.forwarder_id)

    def run_once(self) -> int:
        """Send what can be sent now; how many tries failed. Errors of the database are the caller's."""
        try:
            self._beat()
            self._flush()
            for worker in self.workers:
                worker.drain(patient=False)
            failed = self._mail_nights()
        finally:
            for worker in self.workers:
                worker.close()
            self._leave()
        return failed + sum(worker.failed for worker in self.workers)

    def _mail_nights(self) -> int:
        if self._config.report is None:
            return 0
        with wire.connect(self._dsn) as conn:
            return nights.Sender(self._config.report, self._complaint).send(conn)

    def is_well(self) -> bool:
        """Whether the database has answered lately and every worker lives."""
        lately = time.monotonic() - self._beaten_at < max(60.0, 4 * self._config.beat)
        return lately and all(worker.is_alive() for worker in self.workers)

    def _round(self) -> None:
        if time.monotonic() - self._beaten_at >= self._config.beat:
            self._look_after(self._beat())
        self._flush()
        for worker in self.workers:
            worker.wake()

    def _beat(self) -> bool:
        """Whether the tick is overdue."""
        told = {w.channel_name: {"sent": w.sent, "failed": w.failed, "error": w.last_error} for w in self.workers}
        detail = {"connections": self.listener.connections, "channels": told}
        arguments = (self.forwarder_id, list(self._config.channels), Jsonb(detail), self.listener.is_listening)
        row = self._connection().execute(_BEAT, arguments).fetchone()
        self._beaten_at = time.monotonic()
        self._complaint.settle("copy", "this database may speak again")
        return bool(row and row[0])

    def _flush(self) -> None:
        self._connection().execute(_FLUSH)

    def _look_after(self, tick_is_overdue: bool) -> None:
        """What takes longer goes beside: a beat must not wait for it.

        An overdue tick comes with the beat that finds it overdue: what it would tell is late by 70 s already.
        """
        now = time.monotonic()
        rested = now - self._chores_at >= min(_CHORES_SECONDS, 4 * self._config.beat)
        if tick_is_overdue:  # go on each minute for a while: waiting until it is overdue again would be too slow
            self._ticks_until = now + _TICKS_SECONDS
        if self._config.ticks and now < self._ticks_until and (rested or tick_is_overdue):
            self._tick.begin()
        if rested:
            self._chores_at = now
            self._conditions.begin()
            if self._nights:
                self._nights.begin()

    def _stand_in(self, conn: wire.Connection) -> None:
        conn.execute("select obs.tick()")
        self._complaint.say("tick", "nobody else calls obs.tick(): this forwarder does")

    def _trouble(self, error: Exception) -> None:
        if getattr(error, "sqlstate", None) == _FOREIGN:
            self._complaint.say("copy", f"{errors.message(error)}: nothing is sent ({_FOREIGN})")
            return
        self._close()
        self._complaint.say("database", f"the database cannot be used: {errors.summary(error)}")

    def _connection(self) -> wire.Connection:
        if self._conn is None or self._conn.closed:
            self._conn = wire.connect(self._dsn)
            self._conn.execute("set statement_timeout = '20s'")
            self._complaint.settle("database", "the database is there again")
        return self._conn

    def _leave(self) -> None:
        self._close()
        for channel in self._config.channels.values():
            channel.close()

    def _close(self) -> None:
        if self._conn is not None:
            self._conn.close()
            self._conn = None
