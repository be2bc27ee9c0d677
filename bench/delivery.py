"""From the commit of a notification to the request at its receiver, one at a time at random moments; commits wait for
the disk. Beside it, the same while a backlog of 200 is being worked off."""

from __future__ import annotations

import os
import random
import statistics
import threading
import time

from ground import ground, line
from obs_client.forward import Config, Forwarder
from obs_client.forward.channels import make
from obs_client.forward.options import Options
from support.db import Db
from support.outbox import put
from support.receivers import Receiver


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def main(count: int = 200) -> list[str]:
    draw = random.Random(1)
    os.environ["BENCH_SECRET"] = "a-secret-of-the-benchmark"
    hook = Receiver()
    options = {"url": f"{hook.url}/hook", "secret": "env:BENCH_SECRET", "allow_private": True}
    channel = make("webhook", Options("channels.slack", options))
    committed: dict[int, float] = {}
    with ground(durable=True) as server:
        db = Db(server.connect())
        forwarder = Forwarder(server.dsn(user="test_forwarder"), Config({"slack": channel}, ticks=False))
        thread = threading.Thread(target=forwarder.run)
        thread.start()
        try:
            while not forwarder.listener.is_listening:
                time.sleep(0.05)
            for number in range(count):
                with db.conn.transaction():
                    notification = put(db, number=number)
                    db.execute("select pg_notify('obs_alerts', %s)", (str(notification),))
                committed[notification] = time.monotonic()
                time.sleep(draw.uniform(0.02, 0.15))
            hook.wait_for(count, 60)
            waits = [request.at - committed[int(request.headers["idempotency-key"].rpartition("-")[2])]
                     for request in hook.requests]  # fmt: skip
            began = time.monotonic()
            with db.conn.transaction():
                for number in range(count):
                    put(db, number=count + number)
                db.execute("select pg_notify('obs_alerts', '1')")
            hook.wait_for(2 * count, 60)
            rate = count / (time.monotonic() - began)
        finally:
            forwarder.stop()
            thread.join()
            hook.close()
            db.close()
    assert len(set(hook.keys)) == 2 * count
    return [
        line(
            f"commit of a notification to the HTTP request, {count} of them",
            f"p50 {1000 * statistics.median(waits):.0f} ms, p95 {1000 * p95(waits):.0f} ms, "
            f"max {1000 * max(waits):.0f} ms",
            f"a backlog of {count} leaves at {rate:,.0f}/s",
            "",
            "p95 ≤ 1 s",
        )
    ]


if __name__ == "__main__":
    print(*main(), sep="\n")
