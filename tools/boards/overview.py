"""The tenant overview."""

from __future__ import annotations

from boards.figures import figure, objective, ratio
from boards.model import Board, Measure, Panel

OVERVIEW = "dash_tenant_overview"


def shares(*names: str) -> tuple[Measure, ...]:
    """Of buckets: all of them together are what was scored."""
    whole = " + ".join(f"bucket_{name}" for name in names)
    return tuple(
        Measure(name.capitalize(), f"sum(bucket_{name})::numeric / nullif(sum({whole}), 0)", "share") for name in names
    )


TENANT_OVERVIEW = Board(
    "tenant_overview",
    "Tenant overview",
    "Candidates, shortlist, success and error rates, buckets, run duration and cost; objectives and their budgets.",
    (
        figure("runs", "Runs that started in the time shown.", OVERVIEW, Measure("Runs", "count(*)")),
        figure(
            "run_success",
            "Of the runs that ended, the share with status success.",
            OVERVIEW,
            Measure(
                "Runs that succeeded",
                "count(*) filter (where status = 'success')::numeric"
                " / nullif(count(*) filter (where status <> 'running'), 0)",
                "share",
            ),
        ),
        figure(
            "delivered",
            "Companies delivered on shortlists.",
            OVERVIEW,
            Measure("Shortlist delivered", "sum(shortlist_delivered)"),
        ),
        figure(
            "item_success",
            "Stage items that succeeded, of all.",
            OVERVIEW,
            ratio("Items that succeeded", "items_success", "items_total"),
        ),
        figure(
            "median_duration",
            "Median minutes from a run's start to its end.",
            OVERVIEW,
            Measure("Median duration", "percentile_cont(0.5) within group (order by duration_min)", "min"),
        ),
        figure(
            "cost",
            "Priced vendor calls; calls without a price are in none.",
            OVERVIEW,
            Measure("Cost", "sum(cost_usd)", "usd"),
        ),
        Panel(
            "candidates",
            "Candidates and shortlist",
            "Rows before the filter, after it, and companies delivered, by run.",
            "line",
            OVERVIEW,
            (
                Measure("Before the filter", "sum(candidates_pre)"),
                Measure("After the filter", "sum(candidates_post)"),
                Measure("Delivered", "sum(shortlist_delivered)"),
            ),
        ),
        Panel(
            "rates",
            "Success and error rates",
            "Stage items of a run that succeeded and that failed, of all its items.",
            "line",
            OVERVIEW,
            (ratio("Success", "items_success", "items_total"), ratio("Error", "items_error", "items_total")),
        ),
        Panel(
            "buckets",
            "Bucket distribution",
            "Shares of what was scored; without a bucket it is unscored.",
            "stacked",
            OVERVIEW,
            shares("high", "medium", "low", "unscored"),
        ),
        Panel(
            "duration",
            "Run duration",
            "Minutes by the server's clock, and per 1,000 candidates after the filter with the objective for it.",
            "line",
            OVERVIEW,
            (
                Measure("Run", "max(duration_min)", "min"),
                Measure("Per 1,000", "max(duration_min_per_1k)", "min"),
                objective("duration_target_min_per_1k", "min"),
            ),
        ),
        Panel(
            "crawl",
            "Crawl success and Tavily fallback",
            "Of crawls attempted; with the objective for the median of success.",
            "line",
            OVERVIEW,
            (
                ratio("Crawl success", "crawl_success", "crawl_attempted"),
                ratio("Tavily fallback", "tavily_fallbacks", "crawl_attempted"),
                objective("crawl_success_target", "share"),
            ),
        ),
        Panel(
            "run_costs",
            "Cost by run",
            "US dollars of priced vendor calls.",
            "bars",
            OVERVIEW,
            (Measure("Cost", "sum(cost_usd)", "usd"),),
        ),
        Panel(
            "slo",
            "Objectives",
            "Target, actual value with its 95 % interval, and the budget left; no_data where there is too little.",
            "rows",
            "slo_status",
            columns=(
                *("tenant_id", "title", "over", "target", "actual", "unit", "low", "high", "n", "budget_left", "trend"),
                "state",
            ),
            order="tenant_id, slo",
            time="",
            width=12,
            height=10,
        ),
        Panel(
            "running",
            "Running now",
            "What a running run will take, against its target.",
            "rows",
            "run_forecast",
            columns=(
                *("tenant_id", "run_id", "started_at", "elapsed_min", "progress", "forecast_min"),
                *("forecast_min_per_1k", "target_min", "verdict"),
            ),
            time="",
            width=12,
            height=5,
        ),
        Panel(
            "run_list",
            "Runs",
            "Newest first.",
            "rows",
            OVERVIEW,
            columns=(
                *("started_at", "tenant_id", "run_id", "kind", "status", "duration_min", "candidates_pre"),
                *("candidates_post", "shortlist_delivered", "success_rate", "cost_usd", "trace_url"),
            ),
            width=12,
            height=10,
        ),
    ),
)
