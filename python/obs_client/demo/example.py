"""Finds the example pipeline (beside this package in a wheel, in examples/ of a source tree) and runs its nights."""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from .. import close, configure

NIGHTS = 3
TENANTS = ("alba", "brisk")
STEPS = ("mv_refresh", "crawl", "tavily", "lusha", "zerobounce", "score", "export_odoo")
TICK_SECONDS = 3.0


def example_folder() -> Path:
    here = Path(__file__).resolve().parent
    for folder in (here / "enrichment", here.parents[2] / "examples/enrichment"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError("the example pipeline is missing from this installation: reinstall obs-client")


def scheduler() -> Any:
    """The example's scripts.run_scheduler."""
    if (folder := str(example_folder())) not in sys.path:
        sys.path.insert(0, folder)
    return importlib.import_module("scripts.run_scheduler")


def run_nights(pipeline_dsn: str, cron_dsn: str, logs: Path, console: Console) -> None:
    """Runs three nights of two tenants under progress bars, while a thread ticks as pg_cron would."""
    example = scheduler()
    configure(pipeline_dsn, spool_dir=logs)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=28),
        TextColumn("{task.fields[step]:<12}"),
        TimeElapsedColumn(),
    )
    try:
        with ticking(cron_dsn), Progress(*columns, console=console) as bars:
            for night in range(1, NIGHTS + 1):
                for tenant in TENANTS:
                    bar = bars.add_task(f"night {night}, {tenant:<6}", total=len(STEPS), step="")
                    example.run_tenant(pipeline_dsn, tenant, night, watcher(bars, bar))
                    bars.update(bar, completed=len(STEPS), step="done")
    finally:
        close(timeout=10)


def watcher(bars: Progress, bar: Any) -> Callable[[str, int], Callable[[], object]]:
    """The example's progress hook: a step of so many companies begins; each call of the answer is one of them done."""

    def begin(step: str, size: int) -> Callable[[], object]:
        bars.update(bar, completed=STEPS.index(step), step=step)
        return lambda: bars.advance(bar, 1 / max(1, size))

    return begin


@contextmanager
def ticking(dsn: str) -> Iterator[None]:
    """Calls obs.tick() every few seconds, as a pg_cron job does each minute where there is pg_cron."""
    enough = threading.Event()

    def tick() -> None:
        with psycopg.connect(dsn, autocommit=True) as connection:
            while not enough.wait(TICK_SECONDS):
                connection.execute("select obs.tick()")

    def tick_quietly() -> None:
        with suppress(psycopg.OperationalError):  # the server is gone: the demo is ending
            tick()

    thread = threading.Thread(target=tick_quietly, name="obs-demo-tick", daemon=True)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join(timeout=5)
