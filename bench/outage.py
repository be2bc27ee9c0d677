"""A pipeline whose database is stopped in mid-run, against the same pipeline with the database up.

    python bench/outage.py [seconds of the long outage] [seconds of a short one] [pairs of rounds]

Four threads enrich items as real pipelines do: an item waits 20 ms for a vendor, a process of its own, over HTTP,
reads the answer and is logged with its call: two events. Rounds with the database up and rounds with an outage take
turns, the last outage being the long one. Each round is a run of its own; all of its events must be in the database
once.

Three times are told per item: from the outside, on average (what a pipeline feels); the CPU time of the pipeline's
own threads, of the item in the middle (what a pipeline would feel that computes rather than waits); and the CPU
time of the client's threads, reading the spool back included. The noise is how far rounds with the database up lie
apart, half of it on either side of their median: a change within it cannot be told from none.
"""

from __future__ import annotations

import http.client
import json
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from ground import ground, line, median
from obs_client import Client, Settings
from obs_client.runs import Run
from obs_client.stage import Stage
from support.cluster import Cluster
from vendor import LATENCY, vendor

THREADS = 4
BEFORE, AFTER = 3.0, 5.0  # seconds of a round before and after its outage
COUNTED = """
select s.count_total, s.status, u.calls, count(e.event_id)
from obs.run_stage_stats s
join obs.run_vendor_usage u using (tenant_id, run_id)
join obs.run_event_logs e using (tenant_id, run_id)
where s.run_id = %s group by 1, 2, 3
"""


class Times(NamedTuple):
    """Milliseconds per item of one thread."""

    outside: float
    own: float
    client: float


def work(stage: Stage, port: int, items: range) -> list[float]:
    """Enrich the items; the CPU seconds that each took."""
    used = []
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for number in items:
        began = time.thread_time()
        with stage.item(number) as item, item.vendor_call("openai", "gpt-4o-mini") as call:
            connection.request("GET", "/")
            answer = json.loads(connection.getresponse().read())
            call.tokens(answer["usage"]["prompt_tokens"], answer["usage"]["completion_tokens"])
            call.cost_usd = 0.000123
        used.append(time.thread_time() - began)
    connection.close()
    return used


def once(server: Cluster, port: int, run_id: str, seconds: float, down: float) -> Times:
    """One round of a run that takes about that long, the database stopped in it for `down` seconds."""
    each = int(seconds / (LATENCY + 0.001))
    items = each * THREADS
    with tempfile.TemporaryDirectory() as directory, ThreadPoolExecutor(THREADS) as pool:
        client = Client(Settings(dsn=server.dsn(user="test_writer"), spool_dir=directory))
        stopper = threading.Thread(target=outage, args=(server, down))
        used = time.process_time()
        with Run(client, "a", "nightly", run_id, None, None, None, {}) as run, run.stage("crawl") as stage:
            if down:
                stopper.start()
            began = time.perf_counter()
            parts = [pool.submit(work, stage, port, range(at, items, THREADS)) for at in range(THREADS)]
            own = [seconds for part in parts for seconds in part.result()]
            outside = time.perf_counter() - began
            if down:
                stopper.join()
        if not client.flush(120) or client.stats().dropped:
            raise RuntimeError(f"not delivered: {client.stats()}")
        used = time.process_time() - used
        client.close(60)
    with server.connect() as admin:
        admin.execute("select obs.tick()")
        stored = admin.execute(COUNTED, (run_id,)).fetchone()
        if stored != (items, "success", items, 2 * items + 4):
            raise RuntimeError(f"{stored} is there of {items} items")
    return Times(outside * THREADS / items * 1_000, median(own) * 1_000, (used - sum(own)) / items * 1_000)


def outage(server: Cluster, down: float) -> None:
    time.sleep(BEFORE)
    server.stop("immediate")
    time.sleep(down)
    server.start()


def noise(values: list[float]) -> float:
    """Half the distance between the largest and the smallest, in percent of the median."""
    return (max(values) - min(values)) / 2 / median(values) * 100


def main(long: int = 60, short: int = 12, pairs: int = 5) -> list[str]:
    up: list[Times] = []
    down: list[Times] = []
    with ground() as server, vendor() as port:
        once(server, port, "warm", 2, 0)
        for number in range(pairs):
            gone = long if number == pairs - 1 else short
            up.append(once(server, port, f"up-{number}", BEFORE + short + AFTER, 0))
            down.append(once(server, port, f"down-{number}", BEFORE + gone + AFTER, gone))
            print(f"  up {up[-1]}  down {down[-1]}", file=sys.stderr)
    what = f"pipeline of {THREADS} threads, database stopped {pairs - 1} times for {short} s and once for {long} s"
    told = {
        "outside": ("an item from the outside, 0 lost, 0 doubled", "≤ + 1 %"),
        "own": ("CPU of the pipeline's threads for the middle item", "≤ + 1 %"),
        "client": ("CPU of the client's threads for an item", "no more"),
    }
    lines = []
    for name, (meaning, target) in told.items():
        ups, downs = ([getattr(times, name) for times in side] for side in (up, down))
        change = median([theirs / ours - 1 for ours, theirs in zip(ups, downs, strict=True)]) * 100
        lines.append(
            line(
                f"{what}: {meaning}" if name == "outside" else f"the same: {meaning}",
                f"{median(downs):.3f} ms",
                f"database up {median(ups):.3f} ms ± {noise(ups):.1f} %",
                f"{change:+.2f} %",
                target,
            )
        )
    return lines


if __name__ == "__main__":
    print(*main(*map(int, sys.argv[1:])), sep="\n")
