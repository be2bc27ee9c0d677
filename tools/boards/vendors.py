"""Vendor usage and cost."""

from __future__ import annotations

from boards.figures import figure, ratio
from boards.model import Board, Kind, Measure, Panel

VENDORS = "dash_vendor_usage"
CALLS = Measure("Calls", "sum(calls)")
ERROR_RATE = ratio("Error rate", "errors", "calls")
LIMITS = Measure("Rate-limit hits", "sum(rate_limit_hits)")
COST = Measure("Cost", "sum(cost_usd)", "usd")


def by_vendor(key: str, title: str, about: str, kind: Kind, measure: Measure) -> Panel:
    return Panel(key, title, about, kind, VENDORS, (measure,), by="vendor")


VENDOR_USAGE = Board(
    "vendor_usage",
    "Vendor usage and cost",
    "Calls, error rates, rate limits and quotas met, tokens and cost by vendor.",
    (
        figure("calls", "Vendor calls; retries are calls.", VENDORS, CALLS),
        figure("call_errors", "Calls that failed, of all.", VENDORS, ratio("Calls that failed", "errors", "calls")),
        figure("limits", "Calls refused by a rate limit.", VENDORS, LIMITS),
        figure(
            "quotas",
            "Runs in which a vendor's quota was exhausted.",
            VENDORS,
            Measure("Quotas exhausted", "count(*) filter (where quota_exhausted)"),
        ),
        figure("vendor_cost", "Priced calls.", VENDORS, COST),
        figure(
            "unpriced",
            "Calls whose price is not known; they are in no cost.",
            VENDORS,
            Measure("Calls without a price", "sum(unpriced_calls)"),
        ),
        by_vendor("vendor_calls", "Calls by vendor", "Retries are calls.", "stacked", CALLS),
        by_vendor("vendor_errors", "Error rate by vendor", "Calls that failed, of all.", "line", ERROR_RATE),
        by_vendor("vendor_costs", "Cost by vendor", "US dollars of priced calls.", "stacked", COST),
        by_vendor("vendor_limits", "Rate-limit hits by vendor", "Calls refused by a rate limit.", "stacked", LIMITS),
        Panel(
            "tokens",
            "Tokens",
            "Input and output tokens of the vendors that report them.",
            "line",
            VENDORS,
            (Measure("Input", "sum(tokens_input)"), Measure("Output", "sum(tokens_output)")),
            by="vendor",
            where="tokens_input + tokens_output > 0",
        ),
        Panel(
            "vendor_totals",
            "Totals by vendor",
            "Over the time shown.",
            "totals",
            VENDORS,
            (
                CALLS,
                ERROR_RATE,
                LIMITS,
                Measure("Runs out of quota", "count(*) filter (where quota_exhausted)"),
                COST,
                Measure("Without a price", "sum(unpriced_calls)"),
            ),
            by="vendor",
        ),
        Panel(
            "vendor_runs",
            "Runs and vendors",
            "Newest first, with the flags for limits and quotas.",
            "rows",
            VENDORS,
            columns=(
                *("started_at", "tenant_id", "run_id", "vendor", "calls", "errors", "error_rate", "rate_limit_hits"),
                *("rate_limited", "quota_exhausted", "tokens_input", "tokens_output", "cost_usd", "unpriced_calls"),
            ),
            order="started_at desc, vendor",
            width=12,
            height=10,
        ),
    ),
)
