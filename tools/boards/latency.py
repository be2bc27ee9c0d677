"""Latency, by stage and by run."""

from __future__ import annotations

from boards.figures import ratio
from boards.model import Board, Measure, Panel

LATENCY = "dash_latency"


def percentile(share: int, about: str, width: int = 6) -> Panel:
    measure = Measure(f"p{share}", f"max(p{share}_ms)", "ms")
    return Panel(f"p{share}", f"p{share} by stage", about, "line", LATENCY, (measure,), by="stage", width=width)


LATENCY_BOARD = Board(
    "latency",
    "Latency",
    "Percentiles by stage and by run, and how durations are spread.",
    (
        percentile(95, "95 % of the items of a stage took no longer.", width=12),
        percentile(50, "Half of the items of a stage took no longer."),
        percentile(99, "99 % of the items of a stage took no longer."),
        Panel(
            "spread",
            "How durations are spread",
            "Items by the lower end of their step in milliseconds, of the stages chosen.",
            "heatmap",
            "dash_latency_heatmap",
            (Measure("Items", "sum(items)"),),
            by="ms_from",
            height=10,
        ),
        Panel(
            "stage_minutes",
            "Minutes by stage",
            "Wall time of each stage; stages may overlap.",
            "stacked",
            LATENCY,
            (Measure("Minutes", "max(duration_min)", "min"),),
            by="stage",
            height=10,
        ),
        Panel(
            "stages",
            "Stages",
            "Over the time shown: the median and the worst of the runs' p95.",
            "totals",
            LATENCY,
            (
                Measure("Runs", "count(*)"),
                Measure("Items", "sum(items)"),
                Measure("Median p95", "percentile_disc(0.5) within group (order by p95_ms)", "ms"),
                Measure("Worst p95", "max(p95_ms)", "ms"),
                Measure("Worst p99", "max(p99_ms)", "ms"),
                ratio("Error rate", "items_error", "items"),
            ),
            by="stage",
            width=12,
            height=7,
        ),
        Panel(
            "run_stages",
            "Runs and stages",
            "Newest first; choose a run or a stage to see it alone.",
            "rows",
            LATENCY,
            columns=(
                *("started_at", "tenant_id", "run_id", "stage", "items", "p50_ms", "p95_ms", "p99_ms"),
                *("success_p95_ms", "duration_min", "error_rate"),
            ),
            order="started_at desc, stage",
            width=12,
            height=10,
        ),
    ),
    filters=("stage", "run_id"),
)
