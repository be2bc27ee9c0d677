"""What can be configured, and where it comes from when it is not."""

from __future__ import annotations

import os
from dataclasses import dataclass

_LIBPQ = ("PGHOST", "PGHOSTADDR", "PGDATABASE", "PGSERVICE", "PGPORT", "PGUSER")


@dataclass(frozen=True)
class Settings:
    """The arguments of `obs.configure`. Without a database events are spooled only; without a spool, sent only."""

    dsn: str | None = None  # else $OBS_DSN, else libpq's PG* variables
    tenant_id: str | None = None  # of runs that name none; else $OBS_TENANT_ID
    spool_dir: str | os.PathLike[str] | None = ".logs"
    queue_events: int = 200_000  # waiting for the writer thread; more are dropped and counted
    memory_bytes: int = 64 << 20  # of events waiting for the database in memory; more are read back from the spool
    batch_events: int = 5_000  # the largest batch
    linger: float = 0.2  # seconds an event may wait for company
    poll: float = 0.05  # seconds between two looks at the queue
    fsync: bool = False  # force each spool write to the disk
    rotate_bytes: int = 64 << 20  # size at which a new spool file begins
    max_spool_bytes: int = 4 << 30  # unsent bytes beyond which events stay in memory alone
    keep_bytes: int = 256 << 20  # wholly sent files that stay for tailing
    keep_files: int = 200
    heartbeat: float = 30.0  # seconds between two heartbeats of an open run
    adopt: bool = True  # also send what dead processes left in the spool directory
    run_timeout: float = 10.0  # seconds a run's end may wait for the database
    exit_timeout: float = 10.0  # seconds the interpreter's end may wait for it

    def database(self) -> str | None:
        """The connection string; None when no database is configured."""
        if self.dsn is not None:
            return self.dsn or None
        if given := os.environ.get("OBS_DSN"):
            return given
        return "" if any(os.environ.get(name) for name in _LIBPQ) else None

    def tenant(self) -> str | None:
        return self.tenant_id or os.environ.get("OBS_TENANT_ID") or None
