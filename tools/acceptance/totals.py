"""AC1: three nights of two tenants are all there, and every total is the logs'."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from obs_client.reconcile import reconcile

from .counting import Count, count
from .criterion import Criterion
from .nights import NightLog
from .playing import Told
from .world import World

COST_LIMIT = Decimal("1e-6")
ALWAYS_SET = (
    *("status", "started_at", "ended_at", "night", "duration_min", "candidates_pre", "candidates_post", "items_total"),
    *("items_success", "items_error", "success_rate", "error_rate", "bucket_high", "bucket_medium", "bucket_low"),
    *("bucket_unscored", "crawl_success_rate", "shortlist_delivered", "cost_usd", "unpriced_calls"),
)
ALWAYS_RATED = ("email_verified_rate", "emails_total", "qa_drawn")

_STAGES = """select stage, count_success, count_error, count_retry, cost_usd_exact from obs.run_stage_stats
    where tenant_id = %s and run_id = %s"""
_VENDORS = """select vendor, calls, errors, rate_limit_hits, quota_exhausted, tokens_input, tokens_output,
    cost_usd_exact from obs.run_vendor_usage where tenant_id = %s and run_id = %s"""
_RUN = "select status, revision, late_events from obs.enrichment_runs where tenant_id = %s and run_id = %s"

Pair = tuple[str, object, object]


def all_there(world: World, nights: list[NightLog], told: Told) -> Criterion:
    made = Criterion("AC1", "Three nights of two tenants are all there; totals are those of the logs")
    counts = {(night.tenant, night.run_id): count(night.lines) for night in nights}
    events = sum(one.events for one in counts.values())
    made.show(f"{len(nights)} runs, {len({night.tenant for night in nights})} tenants, {events:,} events in the logs")
    _events(made, world, counts)
    made.compare("runs ended as their logs say ({n})", _endings(world, nights))
    made.compare("{n} counts of stages and vendors, added up by hand, differ by 0.00 %", _counted(world, counts))
    _costs(made, world, counts)
    reconciled(made, world, set(counts))
    _populated(made, world, len(nights))
    _troubles(made, world, told, counts)
    return made


def _events(made: Criterion, world: World, counts: dict[tuple[str, str], Count]) -> None:
    stored = world.rows("select tenant_id, run_id, count(*) as n from obs.run_event_logs group by 1, 2")
    found = {(row.tenant_id, row.run_id): row.n for row in stored}
    made.compare(
        "every event is stored, once, in its run ({n} runs)",
        [("events of run " + run, one.events, found.get((tenant, run), 0)) for (tenant, run), one in counts.items()],
    )
    quarantined = world.one("select count(*) from obs.quarantined_events")
    gaps = sum(len(world.rows("select * from obs.gaps(%s, %s)", (run, tenant))) for tenant, run in counts)
    made.check(
        "none is in quarantine, no number of a sequence is missing", (quarantined, gaps) == (0, 0), (quarantined, gaps)
    )


def _endings(world: World, nights: list[NightLog]) -> Iterator[Pair]:
    for night in nights:
        logged = next(line["status"] for line in reversed(night.lines) if line["event"] == "run_finish")
        (run,) = world.rows(_RUN, (night.tenant, night.run_id)) or [None]
        yield f"run {night.run_id}", logged, run and run.status


def _counted(world: World, counts: dict[tuple[str, str], Count]) -> Iterator[Pair]:
    for (tenant, run), by_hand in counts.items():
        stages = {row.stage: row for row in world.rows(_STAGES, (tenant, run))}
        yield f"stages of {run}", set(by_hand.items), set(stages)
        for stage, row in stages.items():
            yield f"{run} {stage} successes", by_hand.success[stage], row.count_success
            yield f"{run} {stage} errors", by_hand.error[stage], row.count_error
            yield f"{run} {stage} retries", by_hand.retry[stage], row.count_retry
        vendors = {row.vendor: row for row in world.rows(_VENDORS, (tenant, run))}
        yield f"vendors of {run}", set(by_hand.calls), set(vendors)
        for vendor, row in vendors.items():
            yield f"{run} {vendor} calls", by_hand.calls[vendor], row.calls
            yield f"{run} {vendor} errors", by_hand.call_errors[vendor], row.errors
            yield f"{run} {vendor} 429s", by_hand.rate_limit_hits[vendor], row.rate_limit_hits
            yield f"{run} {vendor} quota", vendor in by_hand.quota_exhausted, row.quota_exhausted
            yield f"{run} {vendor} tokens in", by_hand.tokens_input[vendor], row.tokens_input
            yield f"{run} {vendor} tokens out", by_hand.tokens_output[vendor], row.tokens_output


def _costs(made: Criterion, world: World, counts: dict[tuple[str, str], Count]) -> None:
    worst, total = Decimal(0), Decimal(0)
    for (tenant, run), by_hand in counts.items():
        for row in world.rows(_VENDORS, (tenant, run)):
            wanted = by_hand.cost_usd[row.vendor]
            total += wanted
            worst = max(worst, _off(wanted, row.cost_usd_exact))
    off = f"{float(worst):.1g} (limit {COST_LIMIT:.0e})"
    text = f"cost: ${total:.6f} in the logs, the worst vendor of a run is off by {off}"
    made.check(text, total > 0 and worst <= COST_LIMIT)


def _off(wanted: Decimal, found: Decimal | None) -> Decimal:
    if found is None:
        return Decimal(1)
    return abs(found - wanted) / wanted if wanted else abs(found)


def reconciled(made: Criterion, world: World, runs: set[tuple[str, str]]) -> None:
    """The project's own comparison, of the log files that the pipeline's processes wrote."""
    results = reconcile(world.dsn("ops"), world.logs)
    compared = sorted((result.tenant_id, result.run_id) for result in results)
    pairs: list[Pair] = [("runs compared", sorted(runs), compared)]
    for result in results:
        name = f"run {result.run_id}"
        pairs.append((f"{name} events that match, in %", Decimal(100), result.match_pct))
        for total in result.totals:
            off = _off(Decimal(total["expected"] or 0), Decimal(total["stored"] or 0))
            limit = COST_LIMIT if total["measure"] == "cost_usd" else Decimal(0)
            pairs.append((f"{name} {total['name']} {total['measure']} off", True, off <= limit or off))
    made.compare(f"obs reconcile: {len(results)} runs of {len(world.logs)} log files, " + "{n} figures, match", pairs)


def _populated(made: Criterion, world: World, runs: int) -> None:
    overview = world.rows("select * from obs.dash_tenant_overview", login="ops")
    quality = world.rows("select * from obs.dash_quality", login="ops")
    empty = [f"{row.run_id} {name}" for row in overview for name in ALWAYS_SET if getattr(row, name) is None]
    empty += [f"{row.run_id} {name}" for row in quality for name in ALWAYS_RATED if getattr(row, name) is None]
    filled = len(ALWAYS_SET) + len(ALWAYS_RATED)
    text = f"{filled} metrics of each run are populated"
    made.check(text, (len(overview), len(quality)) == (runs, runs) and not empty, empty[:5] or len(overview))


def _troubles(made: Criterion, world: World, told: Told, counts: dict[tuple[str, str], Count]) -> None:
    only_in_file = f"{told.unsent_at_kill} events were only in its log file"
    text = f"kill -9 in run {told.killed}: {only_in_file}; obs replay: {told.replayed}"
    made.check(text, told.unsent_at_kill > 0 and f"{told.unsent_at_kill} accepted, 0 duplicate" in told.replayed)
    text = f"{told.delivered_again:,} events were delivered again, {told.counted_again} counted again"
    made.check(text, told.delivered_again > sum(one.events for one in counts.values()) and told.counted_again == 0)
    late = _run_of(world, told.late, counts)
    text = f"{told.late_events} events came after the end of run {told.late}: it is at revision {late.revision}"
    made.check(text, late.late_events == told.late_events and late.revision > 1, f"{late.late_events} late events")
    retries = sum(sum(one.retry.values()) for one in counts.values())
    made.check(f"{retries} retries of the nights are counted as retries, not as items", retries > 0)


def _run_of(world: World, run_id: str, counts: dict[tuple[str, str], Count]) -> Any:
    (key,) = (key for key in counts if key[1] == run_id)
    return world.rows(_RUN, key)[0]
