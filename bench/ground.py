"""What every measurement stands on: a private server with obs, a bare twin of the event table, made-up events.

The bare twin has the columns, partition and indexes of obs.run_event_logs and nothing else: no row security, no checks,
no deltas. Both sides of a ratio are measured in turn on the same server, so a slow moment meets both.
"""

from __future__ import annotations

import contextlib
import os
import platform
import random
import statistics
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import support.cluster  # noqa: E402
from support.cluster import Cluster  # noqa: E402
from support.install import create_logins, install  # noqa: E402

Connection = psycopg.Connection[Any]

_COLUMNS = (
    "run_id, tenant_id, stage, company_id, event, status, error_code, duration_ms, trace_id, extra, ts, level, "
    "error_msg, vendor, cost_usd, tokens_input, tokens_output, logger, model, event_id, producer, seq, received_at, "
    "kind, cost_source, run_day"
)
BARE_COPY = f"copy bare ({_COLUMNS}) from stdin (null '')"
RUN_DAY = time.strftime("%Y-%m-%d", time.gmtime())


@contextlib.contextmanager
def ground(durable: bool = False) -> Iterator[Cluster]:
    """A server with obs installed; `durable` makes each commit wait for the disk, as in production."""
    settings = {"shared_buffers": "1GB", "max_wal_size": "8GB", "wal_level": "replica", "autovacuum": "on"}
    if durable:
        settings |= {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
        support.cluster.roomy_directory = lambda: None  # the data on the disk, not in memory
    cluster = Cluster(**settings).start()
    try:
        install(cluster.dsn())
        with cluster.connect() as conn:
            conn.autocommit = True
            create_logins(conn)
            create_bare(conn)
        yield cluster
    finally:
        cluster.close()


def create_bare(conn: Connection) -> None:
    conn.execute("drop table if exists bare")
    conn.execute("create table bare (like obs.run_event_logs including all) partition by range (run_day)")
    conn.execute("create table bare_day partition of bare for values from ('2000-01-01') to ('2100-01-01')")
    conn.execute("grant insert on bare to test_writer")


def events(count: int, run_id: str, stages: int = 1, seed: int = 1) -> list[dict[str, Any]]:
    """Half stage items, half vendor calls with their cost; log-normal durations; ids of one producer in order."""
    draw = random.Random(seed)
    producer = f"{draw.getrandbits(64):016x}"
    made = []
    for number in range(count):
        item = number % 2 == 0
        made.append(
            {
                "ts": f"{RUN_DAY} 01:{number // 60 % 60:02}:{number % 60:02}.{number % 1000:03}+00",
                "level": "INFO",
                "logger": "obs.stage" if item else "obs.vendor",
                "tenant_id": "a",
                "run_id": run_id,
                "stage": f"stage{number // 2 % stages}" if stages > 1 else "crawl",
                "company_id": str(number // 2),
                "event": "finish" if item else "vendor_call",
                "status": "success",
                "duration_ms": int(draw.lognormvariate(6, 0.8)),
                "error_code": None,
                "error_msg": None,
                "vendor": None if item else "openai",
                "model": None if item else "gpt-4o-mini",
                "cost_usd": None if item else "0.000123",
                "tokens_input": None if item else 700,
                "tokens_output": None if item else 100,
                "trace_id": None if item else f"{draw.getrandbits(128):032x}",
                "event_id": str(uuid.UUID(f"{producer}8000{number:012x}"[:32])),
                "producer": producer,
                "seq": number,
                "extra": '{"http_status": 200}' if item else '{"attempt": 1}',
            }
        )
    return made


def obs_lines(made: list[dict[str, Any]]) -> list[str]:
    """Rows as the client encodes them for the batch table."""
    from obs_client.wire import COLUMNS

    return ["\t".join("" if row[name] is None else str(row[name]) for name in COLUMNS) for row in made]


def bare_lines(made: list[dict[str, Any]]) -> list[str]:
    """The same rows as the bare table takes them, with what obs would have filled in."""
    names = [name.strip() for name in _COLUMNS.split(",")]
    own = {"received_at": f"{RUN_DAY} 01:00:00+00", "cost_source": "reported", "run_day": RUN_DAY}
    kinds = {"finish": "item", "vendor_call": "call"}
    lines = []
    for row in made:
        whole = {**row, **own, "kind": kinds[row["event"]]}
        lines.append("\t".join("" if whole[name] is None else str(whole[name]) for name in names))
    return lines


def copy_bare(conn: Connection, lines: list[str], batch: int) -> None:
    for at in range(0, len(lines), batch):
        with conn.cursor().copy(BARE_COPY) as copy:
            copy.write("".join(f"{line}\n" for line in lines[at : at + batch]).encode())


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def median(values: list[float]) -> float:
    return statistics.median(values)


def line(what: str, ours: str, beside: str, ratio: str, target: str) -> str:
    """A row of the results."""
    return f"{what} | {ours} | {beside} | {ratio} | {target}"


def machine() -> str:
    cpu = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((entry.split(":", 1)[1].strip() for entry in cpu if "model name" in entry), platform.machine())
    return f"{os.cpu_count()} cores ({model}), Python {platform.python_version()}"
