"""A pipeline whose database is stopped for a minute in mid-run, against the same pipeline with the database up.

The pipeline does a fixed amount of work of its own (hashing) for about 75 seconds and logs as it goes. What counts is
the time that this work took, that nothing was raised, and that afterwards every event is in the database once.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import threading
import time

from ground import ground, line
from obs_client import Client, Settings
from obs_client.runs import Run
from support.cluster import Cluster


def work(rounds: int) -> bytes:
    digest = b"obs"
    for _ in range(rounds):
        digest = hashlib.sha256(digest).digest()
    return digest


def pipeline(client: Client, run_id: str, items: int, rounds: int) -> float:
    """Seconds that the items' work took, logging included."""
    with Run(client, "a", "nightly", run_id, None, None, None, {}) as run, run.stage("crawl") as stage:
        began = time.perf_counter()
        for number in range(items):
            work(rounds)
            stage.log("finish", "success", company_id=str(number), duration_ms=number % 900)
        return time.perf_counter() - began


def once(server: Cluster, run_id: str, items: int, rounds: int, down: float) -> float:
    with tempfile.TemporaryDirectory() as directory:
        client = Client(Settings(dsn=server.dsn(user="test_writer"), spool_dir=directory))
        stopper = threading.Thread(target=outage, args=(server, down)) if down else None
        if stopper:
            stopper.start()
        taken = pipeline(client, run_id, items, rounds)
        if stopper:
            stopper.join()
        if not client.flush(120):
            raise RuntimeError(f"not delivered: {client.stats()}")
        client.close(60)
    with server.connect() as admin:
        query = "select count_total, status from obs.run_stage_stats where run_id = %s"
        admin.execute("select obs.tick()")
        if (stored := admin.execute(query, (run_id,)).fetchone()) != (items, "success"):
            raise RuntimeError(f"{stored}, not {items} items")
    return taken


def outage(server: Cluster, down: float) -> None:
    time.sleep(5)
    server.stop("immediate")
    time.sleep(down)
    server.start()


def main(down: int = 60, items: int = 60_000) -> list[str]:
    rounds = 1_000
    each = min(timed(rounds) for _ in range(5))
    rounds = int(rounds * (down + 15) / items / each)
    with ground() as server:
        with_it = once(server, "up", items, rounds, 0)
        without = once(server, "down", items, rounds, down)
    return [
        line(
            f"pipeline of {items:,} items, database stopped for {down} s",
            f"{without:.2f} s, 0 lost, 0 doubled",
            f"database up {with_it:.2f} s",
            f"{(without / with_it - 1) * 100:+.2f} %",
            "≤ + 1 %",
        )
    ]


def timed(rounds: int) -> float:
    began = time.perf_counter()
    work(rounds)
    return time.perf_counter() - began


if __name__ == "__main__":
    print(*main(*map(int, sys.argv[1:])), sep="\n")
