"""Latency, by stage and by run."""

from __future__ import annotations

from boards.figures import ratio
from boards.model import Board, Measure, Panel

LATENCY = "dash_latency"

LATENCY_BOARD = Board(
    "latency",
    "Latency",
    "Percentiles by stage and by run, and how durations are spread.",
    (
        Panel(
            "p95",
            "p95 by stage",
            "95 % of the items of a stage took no longer.",
            "line",
            LATENCY,
            (Measure("p95", "max(p95_ms)", "ms"),),
            by="stage",
            width=12,
        ),
        Panel(
            "p50",
            "p50 by stage",
            "Half of the items of a stage took no longer.",
            "line",
            LATENCY,
            (Measure("p50", "max(p50_ms)", "ms"),),
            by="stage",
        ),
        Panel(
            "p99",
            "p99 by stage",
            "99 % of the items of a stage took no longer.",
            "line",
            LATENCY,
            (Measure("p99", "max(p99_ms)", "ms"),),
            by="stage",
        ),
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
                *(
                    "started_at",
                    "tenant_id",
                    "run_id",
                    "stage",
                    "items",
                    "p50_ms",
                    "p95_ms",
                    "p99_ms",
                    "success_p95_ms",
                ),
                *("duration_min", "error_rate"),
            ),
            order="started_at desc, stage",
            width=12,
            height=10,
        ),
    ),
    filters=("stage", "run_id"),
)
