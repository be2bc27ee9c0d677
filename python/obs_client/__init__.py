"""obs: observability for data-enrichment pipelines, inside the PostgreSQL they already use.

    import obs_client as obs

    obs.configure(dsn="postgresql://…")
    with obs.run("acme", candidates_pre=570) as run:
        with run.stage("crawl", planned=190) as stage:
            for company in companies:
                with stage.item(company.id) as item:
                    item.set(bucket=crawl(company))

Logging an event costs the caller one append to a queue. A thread writes each event to a spool file, another one
sends it to the database; neither ever raises into the pipeline or makes it wait, and what could not be sent when
the process died is sent by the next one. Nothing blocks, so the same calls serve asyncio (`async with obs.run(…)`).
"""

from __future__ import annotations

import os
import threading
from typing import Any

from .client import Client
from .errors import ObsError
from .item import Item, VendorCall
from .logging_handler import JsonFormatter, ObsHandler
from .runs import AttachedRun, Run
from .settings import Settings
from .stage import Stage
from .types import Advice, ReplayResult, Stats

__all__ = [
    "Advice",
    "AttachedRun",
    "Client",
    "Item",
    "JsonFormatter",
    "ObsError",
    "ObsHandler",
    "ReplayResult",
    "Run",
    "Settings",
    "Stage",
    "Stats",
    "VendorCall",
    "advice",
    "attach",
    "close",
    "configure",
    "flush",
    "get_client",
    "replay",
    "run",
    "stats",
]

_client: Client | None = None
_lock = threading.Lock()


def configure(dsn: str | None = None, tenant_id: str | None = None, **settings: Any) -> Client:
    """Configure this process: see `Settings` for what else there is. What was logged before is sent first.

    Without `dsn` the database is $OBS_DSN, else what libpq's PG* variables name, else none: then events are
    spooled only. Without any call of this function the same defaults hold.
    """
    global _client
    made = Client(Settings(dsn=dsn, tenant_id=tenant_id, **settings))
    with _lock:
        former, _client = _client, made
    if former is not None:
        former.close()
    return made


def get_client() -> Client:
    """The client of this process."""
    global _client
    with _lock:
        if _client is None:
            _client = Client()
        return _client


def run(
    tenant_id: str | int | None = None,
    kind: str = "nightly",
    run_id: str | int | None = None,
    trace_url: str | None = None,
    meta: dict[str, Any] | None = None,
    *,
    trace_id: str | None = None,
    **numbers: float | None,
) -> Run:
    """A run; `with` starts and finishes it. Numbers (`candidates_pre=570`) become metrics of the run.

    Without `run_id` a new one is made (UUID version 7); it is never asked of the database.
    """
    mine = get_client()
    tenant = mine.settings.tenant() if tenant_id is None else tenant_id
    return Run(mine, tenant, kind, run_id, trace_url, trace_id, meta, dict(numbers))


def attach(tenant_id: str | int | None, run_id: str | int) -> AttachedRun:
    """A handle on a run of another process: its stages and items without start and finish."""
    mine = get_client()
    return AttachedRun(mine, mine.settings.tenant() if tenant_id is None else tenant_id, run_id)


def advice(tenant_id: str | int | None, vendor: str) -> Advice:
    """How to treat a vendor now, for whatever run of the tenant is open; never raises, waits at most half a second."""
    mine = get_client()
    return mine.adviser.ask(str(mine.settings.tenant() if tenant_id is None else tenant_id), vendor)


def flush(timeout: float = 10.0) -> bool:
    """Wait until everything logged so far is answered by the database; False when it is not in time."""
    return get_client().flush(timeout)


def close(timeout: float | None = None) -> None:
    """Send what can be sent in time and end the threads; the rest stays in the spool. Called at exit."""
    get_client().close(timeout)


def stats() -> Stats:
    """What became of the events of this process so far."""
    return get_client().stats()


def replay(spool_dir: str | os.PathLike[str] | None = None) -> ReplayResult:
    """Send what dead processes left in a spool directory. Unlike the rest, this raises database errors."""
    return get_client().replay(spool_dir)
