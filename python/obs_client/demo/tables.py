"""The demo's tables: what one query each says about three nights."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import psycopg
from psycopg.rows import dict_row
from rich.console import Console
from rich.table import Table

from ..reconcile import Reconciliation

CANDIDATE_FLOOR = 50
ERROR_SHARE = 0.3
FEW_ITEMS = 10  # below, a share says little

RUNS = """
select
    run.tenant_id, run.run_id, run.status, run.duration_ms,
    (select value from obs.run_metrics where (tenant_id, run_id, name) = (run.tenant_id, run.run_id, 'candidates_pre'))
        as candidates_pre,
    (select value from obs.run_metrics where (tenant_id, run_id, name) = (run.tenant_id, run.run_id, 'candidates_post'))
        as candidates_post,
    (
        select jsonb_object_agg(label, value) from obs.run_metrics
        where (tenant_id, run_id, name) = (run.tenant_id, run.run_id, 'bucket')
    ) as buckets,
    (select sum(cost_usd) from obs.run_stage_stats where (tenant_id, run_id) = (run.tenant_id, run.run_id)) as cost_usd,
    row_number() over (partition by run.tenant_id order by run.started_at) as night
from obs.enrichment_runs as run
order by run.started_at
"""

STAGES = """
select
    stats.tenant_id, stats.stage, stats.count_total, stats.count_error, stats.p50_ms, stats.p95_ms, stats.cache_hits,
    dense_rank() over (partition by stats.tenant_id order by run.started_at) as night
from obs.run_stage_stats as stats
join obs.enrichment_runs as run using (tenant_id, run_id)
order by min(stats.started_at) over (partition by stats.tenant_id, stats.stage), run.started_at
"""

VENDORS = """
select
    usage.tenant_id, usage.vendor, usage.calls, usage.errors, usage.cost_usd, usage.rate_limit_hits,
    usage.quota_exhausted, usage.unpriced_calls,
    dense_rank() over (partition by usage.tenant_id order by run.started_at) as night
from obs.run_vendor_usage as usage
join obs.enrichment_runs as run using (tenant_id, run_id)
order by usage.vendor, run.started_at
"""


def show(dsn: str, console: Console) -> None:
    """Prints runs, stages and vendors as the given login sees them."""
    with psycopg.connect(dsn, row_factory=dict_row) as connection:
        runs, stages, vendors = (connection.execute(query).fetchall() for query in (RUNS, STAGES, VENDORS))
    console.print(runs_table(runs))
    for tenant in dict.fromkeys(run["tenant_id"] for run in runs):
        of_tenant = [row for row in stages if row["tenant_id"] == tenant]
        console.print(by_night(f"Stages of {tenant}: items, errors, p95", "stage", of_tenant, stage_cell))
    for tenant in dict.fromkeys(run["tenant_id"] for run in runs):
        of_tenant = [row for row in vendors if row["tenant_id"] == tenant]
        console.print(by_night(f"Vendors of {tenant}: calls, errors, dollars", "vendor", of_tenant, vendor_cell))


def runs_table(runs: Iterable[dict[str, Any]]) -> Table:
    table = Table("run", "tenant", "night", "status", "seconds", "candidates", "H/M/L", "cost", title="Runs")
    for run in runs:
        buckets = run["buckets"] or {}
        few = run["candidates_post"] is not None and run["candidates_post"] < CANDIDATE_FLOOR
        table.add_row(
            run["run_id"],
            run["tenant_id"],
            str(run["night"]),
            run["status"],
            f"{(run['duration_ms'] or 0) / 1000:.1f}",
            paint(f"{run['candidates_pre']} → {run['candidates_post']}", few),
            "/".join(str(buckets.get(name, 0)) for name in ("High", "Medium", "Low")),
            f"${run['cost_usd']:.4f}",
        )
    return table


def by_night(title: str, what: str, rows: list[dict[str, Any]], cell: Callable[[dict[str, Any]], str]) -> Table:
    """One line for each stage or vendor, one column for each night."""
    nights = sorted({row["night"] for row in rows})
    table = Table(what, *(f"night {night}" for night in nights), title=title)
    for name in dict.fromkeys(row[what] for row in rows):
        cells = {row["night"]: cell(row) for row in rows if row[what] == name}
        table.add_row(name, *(cells.get(night, "") for night in nights))
    return table


def stage_cell(row: dict[str, Any]) -> str:
    share = row["count_error"] / row["count_total"] if row["count_total"] else 0
    p95 = "–" if row["p95_ms"] is None else f"{row['p95_ms']} ms"
    alarming = share > ERROR_SHARE and row["count_total"] >= FEW_ITEMS
    return paint(f"{row['count_total']:>3}  {share:>4.0%}  {p95:>7}", alarming)


def vendor_cell(row: dict[str, Any]) -> str:
    trouble = [f"429 ×{row['rate_limit_hits']}"] if row["rate_limit_hits"] else []
    trouble += ["quota spent"] if row["quota_exhausted"] else []
    trouble += [f"{row['unpriced_calls']} unpriced"] if row["unpriced_calls"] else []
    text = f"{row['calls']:>3}  {row['errors']:>3}  ${row['cost_usd']:.4f}"
    return text + (f"  {paint(', '.join(trouble), True)}" if trouble else "")


def reconciled_table(results: Iterable[Reconciliation]) -> Table:
    """Each run's log lines against the database: events by id, totals counted again."""
    table = Table(
        "run", "tenant", "log events", "in database", "match", "worst total off by", title="Logs and database"
    )
    for result in results:
        table.add_row(
            result.run_id,
            result.tenant_id,
            str(result.counts["listed"]),
            str(result.counts["stored"]),
            paint(f"{result.match_pct:.2f} %", not result.exact),
            paint(f"{result.worst_off_pct:.2f} %", not result.exact),
        )
    return table


def paint(text: str, alarming: bool) -> str:
    return f"[bold red]{text}[/]" if alarming else text
