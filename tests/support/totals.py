"""A run's numbers in one form, wherever they come from: the database, a made-up night, or a file of expected totals."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

from support.db import Db
from support.loglines import Night

Numbers = dict[str, Any]


def stored(db: Db, tenant: object, run: object, places: int = 12) -> Numbers:
    """What the database holds of a run; costs to so many places."""
    key = {"t": str(tenant), "r": str(run), "places": places}
    where = "tenant_id = %(t)s and run_id = %(r)s"
    found = db.row(
        f"""select status, to_char(started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as started,
            to_char(ended_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as ended, duration_ms
        from obs.enrichment_runs where {where}""",
        key,
    )
    stages = db.rows(
        f"""select stage, count_total, count_success, count_error, p50_ms, p95_ms, p99_ms,
            p50_success_ms, p95_success_ms, p99_success_ms, count_total - count_duration,
            round(cost_usd_exact, %(places)s), tokens_input_exact, tokens_output_exact
        from obs.run_stage_stats where {where}""",
        key,
    )
    vendors = db.rows(
        f"""select vendor, calls, errors, rate_limit_hits, quota_exhausted, round(cost_usd_exact, %(places)s),
            tokens_input, tokens_output
        from obs.run_vendor_usage where {where}""",
        key,
    )
    codes: dict[str, dict[str, int]] = {}
    for stage, code, n in db.rows(
        f"select stage, error_code, n from obs.run_error_codes where {where} and kind = 'item'", key
    ):
        codes.setdefault(stage, {})[code] = n
    metrics = db.rows(f"select name, label, value from obs.run_metrics where {where}", key)
    return {
        "run": tuple(found),
        "candidates": next((int(m.value) for m in metrics if m.name == "candidates_post"), None),
        "buckets": {m.label: int(m.value) for m in metrics if m.name == "bucket"},
        "stages": {stage[0]: tuple(stage[1:]) for stage in stages},
        "vendors": {vendor[0]: tuple(vendor[1:]) for vendor in vendors},
        "codes": codes,
    }


def of_night(night: Night) -> Numbers:
    """What a made-up night adds up to."""
    began, ended = (_milliseconds(moment) for moment in (night.started_at, night.ended_at))
    return {
        "run": (night.status, night.started_at, night.ended_at, ended - began),
        "candidates": night.companies,
        "buckets": dict(night.buckets),
        "stages": {
            name: (
                total.count_success + total.count_error,
                total.count_success,
                total.count_error,
                *_percentiles(total.durations),
                *_percentiles(total.successes),
                total.count_success + total.count_error - len(total.durations),
                total.cost,
                total.tokens_input,
                total.tokens_output,
            )
            for name, total in night.stages.items()
        },
        "vendors": {
            name: (
                *(total.calls, total.errors, total.rate_limit_hits, total.quota_exhausted),
                *(total.cost, total.tokens_input, total.tokens_output),
            )
            for name, total in night.vendors.items()
        },
        "codes": {name: dict(total.error_codes) for name, total in night.stages.items() if total.error_codes},
    }


def of_expected(run: dict[str, Any]) -> Numbers:
    """A run of expected_totals.json."""
    return {
        "run": (run["status"], run["started_at"], run["ended_at"], run["duration_ms"]),
        "candidates": run["candidates_selected"],
        "buckets": run["buckets"],
        "stages": {
            name: (
                *(stage["count_total"], stage["count_success"], stage["count_error"]),
                *((stage["latency_all"] or {}).get(f"p{q}_disc") for q in (50, 95, 99)),
                *((stage["latency_success"] or {}).get(f"p{q}_disc") for q in (50, 95, 99)),
                stage["null_durations"],
                *(Decimal(stage["cost_usd"]), stage["tokens_input"], stage["tokens_output"]),
            )
            for name, stage in run["stages"].items()
        },
        "vendors": {
            name: (
                *(vendor["calls"], vendor["errors"], vendor["rate_limit_hits"], vendor["quota_exhausted"]),
                *(Decimal(vendor["cost_usd"]), vendor["tokens_input"], vendor["tokens_output"]),
            )
            for name, vendor in run["vendors"].items()
        },
        "codes": {name: stage["error_codes"] for name, stage in run["stages"].items() if stage["error_codes"]},
    }


def _percentiles(values: list[int]) -> tuple[int | None, ...]:
    ranked = sorted(values)
    return tuple(ranked[math.ceil(q * len(ranked)) - 1] if ranked else None for q in (0.5, 0.95, 0.99))


def _milliseconds(moment: str) -> int:
    hours, minutes, seconds = moment[11:-1].split(":")
    return (int(hours) * 60 + int(minutes)) * 60_000 + round(float(seconds) * 1000)
