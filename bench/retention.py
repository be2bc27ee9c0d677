"""Dropping a day of ten million events while four writers write: how long it takes, how long a writer waits."""

from __future__ import annotations

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from ground import Cluster, ground, line
from support.aged import days_back, nights
from support.db import Db

WRITERS = 4


def longest_wait(server: Cluster, done: threading.Event) -> float:
    """The longest log_event of one writer, in ms, until it is told to end."""
    longest = 0.0
    with server.connect(user="test_writer") as writer:
        while not done.is_set():
            began = time.perf_counter()
            writer.execute("select obs.log_event('busy', 'crawl', 'finish', 'success', p_duration_ms => 100)")
            longest = max(longest, time.perf_counter() - began)
    return longest * 1000


def main(events: int = 10_000_000) -> list[str]:
    with ground() as server:
        db = Db(server.connect())
        db.call("create_tenant", tenant_id="a")
        nights(db, "a", days_back(31, 31), events)
        db.call("start_run", tenant_id="a", run_id="busy")
        size = db.one("select pg_database_size(current_database())")
        done = threading.Event()
        with ThreadPoolExecutor(WRITERS) as pool:
            waits = [pool.submit(longest_wait, server, done) for _ in range(WRITERS)]
            time.sleep(3)
            *before, last = db.one("select obs.maintenance_steps()")
            for step in before:
                while db.call("maintain_step", step=step):
                    pass
            calls, took = 0, 0.0
            while not db.one("select dropped_at is not null from obs.event_days order by run_day limit 1"):
                began = time.perf_counter()
                db.call("maintain_step", step=last)
                took = time.perf_counter() - began
                calls += 1
            time.sleep(1)
            done.set()
            wait = max(job.result() for job in waits)
        freed = size - db.one("select pg_database_size(current_database())")
        db.close()
    return [
        line(
            f"a day of {events / 1e6:g} M events dropped beside 4 writers",
            f"{took * 1000:,.0f} ms, files included ({calls} calls), {freed / 1e9:.1f} GB back",
            f"longest log_event {wait:.0f} ms",
            "–",
            "≤ 1 s, ≤ 100 ms",
        )
    ]


if __name__ == "__main__":
    print(*main(*map(int, sys.argv[1:])), sep="\n")
