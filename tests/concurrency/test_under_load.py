"""Writers, finishes and ticks all at once: afterwards every number is that of the raw events."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor

from support.db import Db
from support.pipeline import drift, event_id, line, log_batch, log_lines, start

RUNS = ["r1", "r2", "r3"]
STAGES = ["crawl", "score"]
WRITERS = 8
BATCHES = 6
SIZE = 60


def test_numbers_are_exact_after_eight_writers_a_tick_loop_and_finishes_at_once(db: Db) -> None:
    for run in RUNS:
        start(db, run)
    done = threading.Event()

    def write(number: int) -> int:
        session = db.login("test_writer")
        rng = random.Random(number)
        accepted = 0
        for batch in range(BATCHES):
            lines = []
            for n in range(SIZE):
                # Every event is sent by two writers.
                identity = str(event_id((number // 2 * BATCHES + batch) * SIZE + n))
                ms = int(identity[-4:], 16) * 37 % 5000
                event = ["finish", "error", "retry", "vendor_call"][n % 4]
                more = (
                    {"vendor": "openai", "status": "success", "cost_usd": "0.00013"} if event == "vendor_call" else {}
                )
                lines.append(line(RUNS[n % 3], event, stage=STAGES[n % 2], duration_ms=ms, event_id=identity, **more))
            rng.shuffle(lines)
            accepted += (log_lines if batch % 2 else log_batch)(session, lines)[0]
        return accepted

    def tick() -> int:
        session = db.login()
        rounds = 0
        while not done.is_set():
            session.call("tick")
            rounds += 1
        return rounds

    def finish() -> int:
        session = db.login("test_writer")
        rng = random.Random(99)
        rounds = 0
        while not done.is_set():
            session.call("finish_stage", run_id=rng.choice(RUNS), stage=rng.choice(STAGES))
            rounds += 1
        return rounds

    with ThreadPoolExecutor(WRITERS + 2) as pool:
        jobs = [pool.submit(tick), pool.submit(finish)]
        try:
            accepted = sum(pool.map(write, range(WRITERS)))
        finally:
            done.set()
        assert all(job.result(timeout=30) > 0 for job in jobs)
    distinct = WRITERS // 2 * BATCHES * SIZE
    assert accepted == distinct
    assert db.one("select count(*) from obs.run_event_logs where kind <> 'lifecycle'") == distinct
    for run in RUNS:
        db.call("finish_run", run_id=run)
    assert [drift(db, run) for run in RUNS] == [[], [], []]
    assert db.one("select sum(events_seen) from obs.run_stage_stats") == distinct
    assert db.one("select count(*) from obs.stage_deltas") == 0
    calls = db.row("select sum(calls) as n, sum(cost_usd_exact) as usd from obs.run_vendor_usage")
    assert (calls.n, float(calls.usd)) == (distinct // 4, round(distinct // 4 * 0.00013, 8))
    buckets = db.one("select sum(n) from obs.latency_buckets")
    assert buckets == db.one("select sum(count_duration) from obs.run_stage_stats") == distinct // 2
