"""The server of pages and endpoints under a real uvicorn, over 180 nights of 50 tenants.

`GET /runs/{id}/stats` comes 50 times a second whether answers are ready or not; beside it the same function over a
plain connection. Pages are asked for one after the other, as one tenant's reader and as ops, who sees all 50. The
export is of a run of 200,000 events, read over HTTP as fast as it comes; the memory is what the reading takes while it
streams, kept nowhere.
"""

from __future__ import annotations

import resource
import time
from concurrent.futures import ThreadPoolExecutor

import httpx

from dashboards import fill
from ground import Cluster, Connection, ground, line, median, seconds
from support.web import Site

RATE, REQUESTS, ROUNDS = 50, 500, 9
EVENTS = 200_000
LOG = """select obs.log_events(jsonb_agg(jsonb_build_object('tenant_id', 't07', 'run_id', 'big', 'logger', 'obs.stage',
    'stage', 'crawl', 'event', 'finish', 'status', 'success', 'company_id', (%s + n)::text, 'duration_ms', n,
    'trace_id', 'trace-' || n))) from generate_series(1, 10000) n"""


def stats(site: Site, reader: Connection) -> str:
    path, query = "/runs/run-001/stats", "select obs.run_stats('run-001', 't07')"
    took: list[float] = []
    with httpx.Client(base_url=site.url, headers={"Authorization": f"Bearer {site.token('test_reader_a')}"}) as client:
        client.get(path).raise_for_status()
        begin = time.perf_counter() + 0.1

        def ask(number: int) -> None:
            time.sleep(max(0.0, begin + number / RATE - time.perf_counter()))
            due = begin + number / RATE
            client.get(path).raise_for_status()
            took.append(1000 * (time.perf_counter() - due))

        with ThreadPoolExecutor(16) as pool:
            list(pool.map(ask, range(REQUESTS)))
    ours = sorted(took)[int(0.95 * REQUESTS)]
    plain = sorted(1000 * seconds(lambda: reader.execute(query.encode()).fetchone()) for _ in range(200))[190]
    return line(
        f"`GET /runs/{{id}}/stats` at {RATE} requests/s, p95", f"{ours:.1f} ms", f"{plain:.1f} ms the function alone",
        f"{ours / plain:.1f}", "≤ 30 ms",
    )  # fmt: skip


def page(site: Site, role: str, path: str, what: str) -> str:
    client = site.page(role)
    client.get(path).raise_for_status()
    took = median([1000 * seconds(lambda: client.get(path).raise_for_status()) for _ in range(ROUNDS)])
    return line(what, f"{took:.0f} ms", "–", "–", "–")


def export(site: Site, conn: Connection, reader: Connection) -> str:
    conn.execute("select obs.start_run('t07', p_run_id => 'big')")
    for begin in range(0, EVENTS, 10_000):
        conn.execute(LOG.encode(), (begin,))
    rows = 0

    def read() -> None:
        nonlocal rows
        client = site.api("test_reader_a")
        with client.stream("GET", "/export/run_events.csv?run_id=big") as answer:
            rows = sum(chunk.count(b"\n") for chunk in answer.iter_raw())

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    took = median([seconds(read) for _ in range(3)])
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    if rows != EVENTS + 1:
        raise SystemExit(f"the export has {rows} lines, not {EVENTS + 1}")
    query = b"select count(*) from obs.run_events_csv('big')"
    plain = median([seconds(lambda: reader.execute(query).fetchone()) for _ in range(3)])
    return line(
        f"`GET /export/run_events.csv` of {EVENTS:,} events: server and client grew by {grown:.0f} MB",
        f"{EVENTS / took:,.0f} rows/s", f"{EVENTS / plain:,.0f} rows/s counted in SQL", f"{plain / took:.2f}",
        "≥ 100,000 rows/s",
    )  # fmt: skip


def measure(cluster: Cluster, conn: Connection, reader: Connection) -> list[str]:
    conn.execute("create role bench_web login noinherit")
    conn.execute("grant test_reader_a, test_ops to bench_web")
    site = Site(f"host={cluster.host} port={cluster.port} user=bench_web dbname=postgres")
    try:
        return [
            stats(site, reader),
            page(site, "test_reader_a", "/", "`GET /`, 30 of 180 nights, as one tenant's reader"),
            page(site, "test_ops", "/", "`GET /`, 30 of 180 nights of 50 tenants, as ops"),
            page(site, "test_reader_a", "/runs/run-001", "`GET /runs/{id}`"),
            page(site, "test_reader_a", "/slo", "`GET /slo`, as one tenant's reader"),
            page(site, "test_ops", "/slo", "`GET /slo`, as ops of 50 tenants"),
            export(site, conn, reader),
        ]
    finally:
        site.close()


def main() -> list[str]:
    with ground() as cluster, cluster.connect() as conn:
        conn.autocommit = True
        fill(conn)
        with cluster.connect(user="test_reader_a") as reader:
            reader.autocommit = True
            return measure(cluster, conn, reader)


if __name__ == "__main__":
    print("\n".join(main()))
