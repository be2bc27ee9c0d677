"""What changed between two runs, in words: the rows of obs.explain as pages and reports say them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .shown import milliseconds, number, percent, short, usd

MEASURES = {
    "cost_usd": "Cost",
    "duration_ms": "Duration",
    "errors": "Failed items",
    "call_errors": "Failed vendor calls",
}


def where(one: Mapping[str, Any]) -> str:
    return " / ".join(str(one[key]) for key in ("stage", "vendor", "model", "error_code") if one[key] is not None)


def amount(measure: str, value: Any) -> str:
    if measure == "duration_ms":
        return milliseconds(value)
    return usd(value) if measure == "cost_usd" else number(value)


def signed(measure: str, value: Any) -> str:
    if value is None:
        return "–"
    return ("−" if value < 0 else "+") + amount(measure, abs(value))


def driver(unit: str, value: Any) -> str:
    """What moved, with its unit. Calls of a cost are those that something was charged for."""
    if value is None:
        return "none"
    if unit == "ms":
        return milliseconds(value)
    if unit == "share of calls":
        return f"{percent(value)} of charged calls"
    name = {"calls": "charged calls", "usd": "USD", "usd a call": "USD a call"}.get(unit, unit)
    return f"{short(value)} {name.removesuffix('s') if value == 1 else name}"
