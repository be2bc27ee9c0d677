"""The client: owns queue, threads and spool of one process, and sees them through fork, exit and restart."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Any

from . import processes
from .adviser import Adviser
from .counters import Counters
from .notices import Notices
from .outbox import Barrier, Outbox
from .queue import Queue
from .render import Renderer
from .replaying import replay
from .sender import OpenRuns, Sender
from .settings import Settings
from .spool import Spool
from .types import ReplayResult, Stats
from .writer import Writer

AWAY_AFTER = 2.0  # seconds without a connection after which a run's end no longer waits for one


class Client:
    """Threads start with the first event and again after `close` or a fork, so a client is always usable."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.queue = Queue(self.settings.queue_events, self._start)
        self.warn = Notices()
        self._begin()
        processes.register(self)

    def _begin(self) -> None:
        """The state of a process that has logged nothing yet."""
        self.open_runs: OpenRuns = {}
        self.adviser = Adviser(self.settings.database, self.warn)
        self._lock = threading.RLock()
        self._renderer = Renderer()
        self._counters = Counters()
        self._spool: Spool | None = None
        self._outbox: Outbox | None = None
        self._writer: Writer | None = None
        self._sender: Sender | None = None
        self._is_child = False

    def flush(self, timeout: float = 10.0, patient: bool = True) -> bool:
        """Wait until everything logged so far is answered by the database; False when it is not in time.

        Without `patient` it is enough that the spool has it, once the database proves to be away.
        """
        if self._writer is None and not self.queue.events:
            return True
        began = time.monotonic()
        barrier = self._barrier()
        while not barrier.sent.wait(max(0.0, min(0.05, began + timeout - time.monotonic()))):
            waited = time.monotonic() - began
            if waited >= timeout:
                return False
            if not patient and barrier.spooled.is_set() and self._is_away(waited):
                return False
        return True

    def settle(self) -> None:
        """In a worker process, which may be ended without notice: wait until the spool has everything."""
        if self._is_child and self._writer is not None:
            self._barrier().spooled.wait(1.0)

    def close(self, timeout: float | None = None) -> None:
        """Send what can be sent in time, leave the rest in the spool, end the threads."""
        self.adviser.close()
        deadline = time.monotonic() + (self.settings.exit_timeout if timeout is None else timeout)
        with self._lock:
            if self._writer is None and self.queue.events:
                self._make_threads()
            writer, sender, outbox = self._writer, self._sender, self._outbox
            self.queue.room = 0
            if writer is None:
                return
            writer.stop()
            _finish(writer, deadline)
            if sender is not None and outbox is not None:
                outbox.close()
                sender.hurry()
                _finish(sender, deadline)
                self._count_lost(outbox)
            if self._spool is not None and not _is_busy(writer) and not _is_busy(sender):
                self._spool.close()
            self._writer = self._sender = self._outbox = None

    def replay(self, spool_dir: str | os.PathLike[str] | None = None) -> ReplayResult:
        """Send what dead processes left in the directory; database errors are raised."""
        directory = spool_dir if spool_dir is not None else self.settings.spool_dir
        database = self.settings.database()
        if directory is None or database is None:
            raise ValueError("replay needs a spool directory and a database: obs.configure(dsn=…, spool_dir=…)")
        return replay(database, Path(directory), self.warn)

    def stats(self) -> Stats:
        """What became of the events of this process so far."""
        counters, answered, sender, spool = self._counters, self._counters.answered, self._sender, self._spool
        return Stats(
            queued=len(self.queue.events),
            spooled=counters.spooled,
            unspooled=counters.unspooled,
            sent=sum(answered),
            accepted=answered.accepted,
            duplicate=answered.duplicate,
            quarantined=answered.quarantined,
            rejected=answered.rejected,
            dropped=counters.dropped + len(self.queue.dropped),
            retries=counters.retries,
            spool_bytes=0 if spool is None else spool.waiting_bytes,
            connected=sender is not None and sender.connected,
            last_error=counters.last_error,
        )

    def _start(self) -> None:
        """Start the threads, unless another thread is doing so, or is closing the client: nobody waits here."""
        if not self._lock.acquire(blocking=False):
            return
        try:
            if self._writer is None:
                self._make_threads()
                for worker in (self._writer, self._sender):
                    if worker is not None:
                        worker.thread.start()
                self.queue.room = self.queue.limit
                self._is_child = processes.watch_worker(self) or self._is_child
        except RuntimeError:  # too late in the interpreter's life for threads: `close` does their work
            return
        finally:
            self._lock.release()

    def _make_threads(self) -> None:
        settings, counters = self.settings, self._counters
        database = settings.database()
        if settings.spool_dir is not None and self._spool is None:
            directory = Path(settings.spool_dir).absolute()
            self._spool = Spool(directory, self._renderer.producer, settings)
        if database is not None:
            self._outbox = Outbox(settings.memory_bytes, settings.batch_events, settings.linger)
            self._sender = Sender(database, settings, self._outbox, self.open_runs, counters, self.warn)
        elif settings.dsn is None:  # an empty dsn says so on purpose
            self.warn(f"no database is named by dsn, OBS_DSN or PG* variables: events stay in {settings.spool_dir}")
        self._writer = Writer(self.queue, self._renderer, self._spool, self._outbox, settings.poll, counters, self.warn)

    def _count_lost(self, outbox: Outbox) -> None:
        if lost := outbox.unspooled():
            self._counters.dropped += lost
            self.warn(f"the spool could not be written and the database is away: {lost} events are lost")

    def _is_away(self, waited: float) -> bool:
        """Whether the database has had its chance."""
        sender = self._sender
        if sender is None or sender.connected:
            return False
        return sender.failures > 1 or waited > AWAY_AFTER

    def _barrier(self) -> Barrier:
        barrier = Barrier()
        if self.queue.room == 0:
            self._start()
        self.queue.append(barrier)
        if self._writer is not None:
            self._writer.wake()
        if self._sender is not None:
            self._sender.hurry()
        return barrier

    def forked(self) -> list[Any]:
        """In the child of a fork: a new producer, and nothing of the parent's, which is returned."""
        inherited = [self._sender, self._writer, self._outbox, self.adviser]
        if self._spool is not None:
            self._spool.abandon()
        self.queue.clear()
        self._begin()
        self._is_child = True
        return inherited


def _finish(worker: Writer | Sender, deadline: float) -> None:
    """Wait for the thread, or do its work when it could not be started."""
    if worker.thread.ident is None:
        worker.run()
    else:
        worker.thread.join(max(0.0, deadline - time.monotonic()))


def _is_busy(worker: Writer | Sender | None) -> bool:
    return worker is not None and worker.thread.is_alive()
