"""Values as people read them: one way for durations, budgets and causes, on pages, in reports and letters."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from obs_client import explained, shown
from obs_client.cli.listing import took


@pytest.mark.parametrize(
    ("milliseconds", "said"),
    [
        (0, "0 ms"), (999, "999 ms"), (1_849, "1.8 s"), (59_949, "59.9 s"), (59_950, "1 min 0 s"),
        (725_000, "12 min 5 s"), (19_980_000, "5 h 33 min"),
    ],
)  # fmt: skip
def test_a_duration_is_said_in_one_way(milliseconds: int, said: str) -> None:
    assert shown.milliseconds(milliseconds) == took(milliseconds) == said
    assert shown.duration(Decimal(milliseconds) / 60_000) == said
    assert explained.amount("duration_ms", milliseconds) == explained.driver("ms", milliseconds) == said


def test_nothing_is_a_dash_and_in_a_terminal_nothing() -> None:
    assert (shown.milliseconds(None), shown.duration(None), took(None)) == ("–", "–", "")


@pytest.mark.parametrize(
    ("slo", "n", "target", "budget", "left", "spent", "said"),
    [
        ("run_success_50", 28, "0.98", "0", "-7", "12.5", "7 failed, 0.56 allowed (runs)"),
        ("run_success_30d", 50, "0.98", "1", "1", "0", "0 failed, 1 allowed (runs)"),
        ("company_contactable", 1000, "0.9", "100", "60", "0.4", "40 without one, 100 allowed (companies)"),
        ("duration_p95_per_1k", 30, "90", "1", "-1", "1.3333333333333333", "2 too slow, 1.5 allowed (runs)"),
        ("alert_mtta", 6, "15", "90", "-30.5", "1.3388888888888889", "120.5 spent, 90 allowed (minutes)"),
    ],
)
def test_a_budget_says_what_was_spent_of_what(
    slo: str, n: int, target: str, budget: str, left: str, spent: str, said: str
) -> None:
    row: dict[str, Any] = {"state": "breach", "slo": slo, "n": n, "target": Decimal(target), "budget": Decimal(budget)}
    assert shown.budget({**row, "budget_left": Decimal(left), "spent": Decimal(spent)}) == said
    assert shown.budget({**row, "budget_left": None, "spent": None}) == "–"
    assert shown.budget({**row, "state": "no_data", "budget_left": Decimal(left), "spent": Decimal(spent)}) == "–"


def test_too_few_are_said_with_how_many_are_needed() -> None:
    assert shown.too_few({"slo": "run_success_50", "n": 3}) == "no data: 3 runs, 5 needed"
    assert shown.too_few({"slo": "alert_mtta", "n": Decimal("0")}) == "no data: 0 alerts, 5 needed"


def test_a_likely_cause_is_what_checks_found_to_be_one() -> None:
    found: list[Any] = [
        {"check": "a", "verdict": "clear", "finding": "nothing"},
        *({"check": "b", "verdict": "cause", "finding": f"cause {n}"} for n in range(4)),
        {"check": "c", "verdict": "cause"},
        "no object",
    ]
    assert shown.likely_cause(found) == "cause 0; cause 1; cause 2"
    assert [shown.likely_cause(one) for one in (None, [], "x", found[:1])] == [""] * 4


def test_calls_of_a_cost_are_those_that_are_charged() -> None:
    assert explained.driver("calls", Decimal(15)) == "15 charged calls"
    assert explained.driver("calls", Decimal(1)) == "1 charged call"
    assert explained.driver("share of calls", Decimal("0.5")) == "50.0 % of charged calls"
    assert explained.driver("usd a call", Decimal("0.01")) == "0.01 USD a call"
    assert explained.signed("cost_usd", Decimal("-0.5")) == "−$0.5000"
