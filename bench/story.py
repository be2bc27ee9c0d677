"""A run's timeline and what explains it, as a tenant's reader asks: two runs of a million events, eight producers.

Ids are as the client makes them. One silence of 150 s, a failure in twenty, refusals among them. `obs.explain` reads
both runs' events; with raw events gone it answers from stored numbers.
"""

from __future__ import annotations

import statistics
import sys
import time
from typing import Any

import psycopg

from ground import ground, line

_EVENTS = """insert into obs.run_event_logs (
        run_id, tenant_id, stage, company_id, event, status, error_code, duration_ms, ts, level, vendor, cost_usd,
        logger, model, event_id, producer, seq, received_at, kind, cost_source, run_day
    )
    select r.run_id, 'a', (array['crawl', 'score', 'verify', 'contacts'])[1 + n / (%(count)s / 4)], (n / 2)::text,
        case when is_call then 'vendor_call' else 'finish' end, case when n %% 21 = 0 then 'error' else 'success' end,
        case when n %% 42 = 21 then 'HTTP_429' when n %% 21 = 0 then 'HTTP_500' end, n %% 5000, at, 'INFO',
        case when is_call then 'openai' end, case when is_call then 0.001 end,
        case when is_call then 'obs.vendor' else 'obs.stage' end, case when is_call then 'gpt' end,
        (left(p, 12) || '8' || substr(p, 14, 3) || '8001' || lpad(to_hex(n / 8), 12, '0'))::uuid, left(p, 16), n / 8,
        at, case when is_call then 'call' else 'item' end, case when is_call then 'reported' end, r.run_day
    from obs.enrichment_runs r
    cross join generate_series(0, %(count)s - 1) n
    cross join lateral (
        select n %% 2 = 1 as is_call, md5((n %% 8)::text) as p, r.started_at + n * interval '5000 s' / %(count)s as at
    ) e
    where r.run_id = %(run)s and n not between %(count)s * 0.40 and %(count)s * 0.43"""
_STAGES = """insert into obs.run_stage_stats (
        tenant_id, run_id, stage, status, count_total, count_success, count_error, cost_usd_exact, events_seen,
        started_at, ended_at
    )
    select 'a', %(run)s, stage, 'success', count(*) filter (where kind = 'item'),
        count(*) filter (where kind = 'item' and status = 'success'),
        count(*) filter (where kind = 'item' and status = 'error'), sum(cost_usd), count(*), min(ts), max(ts)
    from obs.run_event_logs where run_id = %(run)s group by stage"""
_CODES = """insert into obs.run_error_codes
    select 'a', %(run)s, stage, kind, error_code, coalesce(vendor, ''), count(*)
    from obs.run_event_logs where run_id = %(run)s and status = 'error' group by stage, kind, error_code, vendor"""
_END = """update obs.enrichment_runs
    set status = 'success', ended_at = started_at + interval '85 min' where run_id = %(run)s"""


def took_ms(db: psycopg.Connection[Any], query: str, times: int = 7) -> float:
    """The median of some calls, after one that is not counted."""
    taken = []
    for _ in range(times + 1):
        began = time.perf_counter()
        db.execute(query.encode()).fetchall()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken[1:])


def main(count: int = 1_000_000) -> list[str]:
    with ground() as server:
        db = server.connect()
        db.autocommit = True
        db.execute("select obs.create_tenant('a')")
        db.execute("select obs.grant_access('test_reader_a', 'a')")
        for run, hours in (("former", 26), ("latter", 2)):
            begin = f"now() - interval '{hours} hours'"
            db.execute(f"select obs.start_run('a', p_run_id => '{run}', p_started_at => {begin})".encode())
            db.execute("set role obs_owner")
            for statement in (_EVENTS, _STAGES, _CODES, _END):
                db.execute(statement.encode(), {"run": run, "count": count})
            db.execute("reset role")
        db.execute("vacuum analyze obs.run_event_logs")
        reader = server.connect(user="test_reader_a")
        reader.autocommit = True
        timeline = took_ms(reader, "select * from obs.timeline('latter')")
        raw = took_ms(reader, "select * from obs.explain('latter')", 3)
        db.execute("update obs.enrichment_runs set thinned_at = now() where run_id = 'former'")
        stored = took_ms(reader, "select * from obs.explain('latter')")
        reader.close()
        db.close()
    size = f"{count / 1e6:g} M events"
    return [
        line(f"obs.timeline of a run of {size}, as a reader", f"{timeline:,.0f} ms", "-", "-", "≤ 200 ms"),
        line(f"obs.explain, two runs of {size}", f"{raw:,.0f} ms", f"{stored:,.0f} ms from stored numbers", "-", "-"),
    ]


if __name__ == "__main__":
    print(*main(*map(int, sys.argv[1:])), sep="\n")
