"""From the commit of a failing finish_stage to the HTTP request at a receiver: 200 tenants, one by one at random
moments; commits wait for the disk. What lies between: conditions judged, the machine, the outbox, evidence collected by
the runbook's checks, the message. Beside it, how fast a backlog of 200 notifications leaves."""

from __future__ import annotations

import os
import random
import statistics
import threading
import time

from psycopg.types.json import Jsonb

from ground import ground, line
from obs_client.forward import Config, Forwarder
from obs_client.forward.channels import make
from obs_client.forward.options import Options
from support.db import Db
from support.outbox import put
from support.receivers import Receiver

CRAWLS = 40


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def failing_run(db: Db, tenant: str) -> float:
    """A run whose crawl stage fails; the moment its finish was committed."""
    db.call("start_run", tenant_id=tenant, run_id=tenant)
    errors = [
        {"logger": "obs.stage", "stage": "crawl", "event": "error", "status": "error", "error_code": "DNS_FAILURE",
         "tenant_id": tenant, "run_id": tenant, "company_id": str(number), "duration_ms": 100}
        for number in range(CRAWLS)
    ]  # fmt: skip
    db.call("log_events", events=Jsonb(errors))
    db.call("finish_stage", run_id=tenant, stage="crawl", tenant_id=tenant)
    return time.monotonic()


def main(count: int = 200) -> list[str]:
    draw = random.Random(1)
    os.environ["BENCH_SECRET"] = "a-secret-of-the-benchmark"
    hook = Receiver()
    options = {"url": f"{hook.url}/hook", "secret": "env:BENCH_SECRET", "allow_private": True}
    channel = make("webhook", Options("channels.slack", options))
    committed: dict[str, float] = {}
    with ground(durable=True) as server:
        db = Db(server.connect())
        db.execute("delete from obs.notification_routes where route_name <> 'default'")
        db.execute("update obs.notification_routes set channel = 'slack'")
        forwarder = Forwarder(server.dsn(user="test_forwarder"), Config({"slack": channel}, ticks=False))
        thread = threading.Thread(target=forwarder.run)
        thread.start()
        try:
            while not forwarder.listener.is_listening:
                time.sleep(0.05)
            for number in range(count):
                committed[f"t{number}"] = failing_run(db, f"t{number}")
                time.sleep(draw.uniform(0.02, 0.15))
            hook.wait_for(count, 60)
            waits = [request.at - committed[request.json["tenants"][0]] for request in hook.requests]
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
            f"commit of a failing finish_stage to the HTTP request, {count} alerts",
            f"p50 {1000 * statistics.median(waits):.0f} ms, p95 {1000 * p95(waits):.0f} ms, "
            f"max {1000 * max(waits):.0f} ms",
            f"a backlog of {count} leaves at {rate:,.0f}/s",
            "",
            "p95 ≤ 1 s",
        )
    ]


if __name__ == "__main__":
    print(*main(), sep="\n")
