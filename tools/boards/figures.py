"""Measures and panels that several boards use."""

from __future__ import annotations

from boards.model import OBJECTIVE, Measure, Panel, Unit


def ratio(title: str, part: str, whole: str) -> Measure:
    return Measure(title, f"sum({part})::numeric / nullif(sum({whole}), 0)", "share")


def objective(column: str, unit: Unit) -> Measure:
    """A line at the target in force for the tenant."""
    return Measure(OBJECTIVE, f"max({column})", unit)


def figure(key: str, about: str, view: str, measure: Measure) -> Panel:
    return Panel(key, measure.title, about, "stat", view, (measure,), width=4, height=3)
