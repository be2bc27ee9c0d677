"""Many days of runs in a moment: events and their deltas as one statement stores them, then real ends of the runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

from support.db import Db

EVENTS = """
with made as (
    insert into obs.run_event_logs (
        run_id, tenant_id, stage, company_id, event, status, error_code, duration_ms, extra, ts, level, logger,
        event_id, received_at, kind, run_day
    )
    select
        %(run)s, %(tenant)s, 'crawl', (n %% 1000)::text, case when n %% 10 = 0 then 'error' else 'finish' end,
        case when n %% 10 = 0 then 'error' else 'success' end, case when n %% 10 = 0 then 'DNS' end,
        1 + (n %% 5000) * 7919 %% 5000, '{"http_status": 200}',
        %(day)s::date + interval '1 hour' + n * interval '1 millisecond',
        'INFO', 'obs.stage', md5(%(run)s || n)::uuid, now(), 'item', %(day)s
    from generate_series(1, %(count)s) n
    returning tenant_id, run_id, status, error_code, duration_ms, ts
)
insert into obs.stage_deltas (
    tenant_id, run_id, stage, kind, outcome, vendor, model, error_code, score_bucket, email_status, latency_bucket, n,
    cost_usd, tokens_input, tokens_output, tokens_cached, tokens_reasoning, unpriced_calls, cache_hits, first_ts,
    last_ts, last_received_at
)
select
    m.tenant_id, m.run_id, 'crawl', 'item', m.status, '', '', coalesce(m.error_code, ''), '', '',
    obs._latency_bucket(m.duration_ms), count(*), 0, 0, 0, 0, 0, 0, 0, min(m.ts), max(m.ts), now()
from made m
group by m.tenant_id, m.run_id, m.status, m.error_code, obs._latency_bucket(m.duration_ms)
"""


def nights(db: Db, tenant: str, days: list[date], events: int, prefix: str = "") -> list[str]:
    """A finished run of `events` items on each day; returns the runs' ids."""
    runs = []
    with without_canaries(db):
        for day in days:
            run = f"{prefix}{tenant}-{day:%m%d}"
            db.call("start_run", tenant_id=tenant, run_id=run, started_at=f"{day}T01:00:00Z")
            db.execute(EVENTS, {"run": run, "tenant": tenant, "day": day, "count": events})
            db.call("finish_run", run_id=run, tenant_id=tenant, ended_at=f"{day}T02:00:00Z")
            runs.append(run)
    return runs


@contextmanager
def without_canaries(db: Db) -> Iterator[None]:
    """Runs end without a probe of redaction meanwhile, which takes most of the time of an end."""
    probe = db.one("select pg_get_functiondef('obs._probe_redaction'::regproc)")
    db.execute(
        """create or replace function obs._probe_redaction(p_tenant_id text, p_run_id text) returns void
        language plpgsql as $$ begin end $$"""
    )
    try:
        yield
    finally:
        db.execute(probe)


def audited(db: Db, days: list[date]) -> None:
    """As if maintenance had audited these already, and found nothing."""
    db.execute("select obs._record_audit(null, t, null, now(), '[]', '{}', '[]') from unnest(%s::date[]) t", (days,))


def days_back(first: int, last: int) -> list[date]:
    """The days from `first` days ago to `last` days ago, both included, by the clock of UTC."""
    today = datetime.now(UTC).date()
    return [today - timedelta(days=back) for back in range(first, last - 1, -1)]


def kept(db: Db) -> dict[str, int]:
    """Raw events by run."""
    return dict(db.rows("select run_id, count(*) from obs.run_event_logs group by run_id"))


def partitions(db: Db) -> set[str]:
    return {
        name
        for (name,) in db.rows(
            "select inhrelid::regclass::text from pg_inherits where inhparent = 'obs.run_event_logs'::regclass"
        )
    }
