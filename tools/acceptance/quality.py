"""AC4: ten High samples a run, the pass rate is tracked, and a sample that falls short opens its follow-up."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from .counting import count
from .criterion import Criterion
from .nights import NightLog
from .people import Work
from .world import World

SAMPLES = 10
THRESHOLD = Decimal("0.8")
DIGITS = 9
_DRAWN = """select company_id, bucket, reviewer from obs.qa_samples
    where tenant_id = %s and run_id = %s and stratum = 'random'"""
_STATUS = "select * from obs.qa_run_status where tenant_id = %s and run_id = %s"
_RATE = "select qa_pass_rate from obs.dash_quality where tenant_id = %s and run_id = %s"
_OPEN = "select tenant_id, run_id from obs.qa_follow_ups where closed_at is null"
_TOLD = "select run_id from obs.alerts where alert_code = 'QA-07' and not is_simulation"

Pair = tuple[str, object, object]


def sampled(world: World, nights: list[NightLog], work: Work) -> Criterion:
    made = Criterion("AC4", "Ten High samples a run; the pass rate is tracked; a failure opens its follow-up")
    made.compare(f"each run drew {SAMPLES} of its High companies, or all there are ({{n}} runs)", _drawn(world, nights))
    made.compare("each was reviewed by its tenant's reviewer ({n} runs)", _reviewed(world, nights))
    rates = {key: _rate(world, key, failed) for key, failed in work.failed.items()}
    made.compare("{n} pass rates are those by hand, in SQL and in the dashboard's view", _rates(world, rates))
    made.show("pass rates: " + ", ".join(f"{run} {rate:.0%}" for (_, run), rate in rates.items()))
    short = {key for key, rate in rates.items() if rate < THRESHOLD}
    opened = {(row.tenant_id, row.run_id) for row in world.rows(_OPEN)}
    text = (
        f"below {THRESHOLD:.0%}, and only there, a follow-up is open: run {', '.join(sorted(run for _, run in short))}"
    )
    made.check(text, bool(short) and opened == short, sorted(opened))
    told = {row.run_id for row in world.rows(_TOLD)}
    made.check("and alert QA-07 fired for them", told == {run for _, run in short}, sorted(told))
    return made


def _drawn(world: World, nights: list[NightLog]) -> Iterator[Pair]:
    for night in nights:
        high = count(night.lines).high
        drawn = {row.company_id for row in world.rows(_DRAWN, (night.tenant, night.run_id))}
        wanted = min(SAMPLES, len(high))
        yield f"samples of {night.run_id}", (wanted, True), (len(drawn), drawn <= high)


def _reviewed(world: World, nights: list[NightLog]) -> Iterator[Pair]:
    for night in nights:
        rows = world.rows(_DRAWN, (night.tenant, night.run_id))
        yield f"reviewers of {night.run_id}", {f"reviewer_{night.tenant}"}, {row.reviewer for row in rows}


def _rate(world: World, key: tuple[str, str], failed: int) -> Decimal:
    drawn = len(world.rows(_DRAWN, key))
    return round(Decimal(drawn - failed) / drawn, DIGITS) if drawn else Decimal(0)


def _rates(world: World, rates: dict[tuple[str, str], Decimal]) -> Iterator[Pair]:
    for key, rate in rates.items():
        (row,) = world.rows(_STATUS, key, f"reader_{key[0]}")
        yield f"pass rate of {key[1]}", (rate, 0), (_rounded(row.pass_rate), row.pending)
        yield f"pass rate of {key[1]} in its view", rate, _rounded(world.one(_RATE, key, "ops"))


def _rounded(rate: Decimal | None) -> Decimal | None:
    return None if rate is None else round(rate, DIGITS)
