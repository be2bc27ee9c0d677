"""The rows of obs.timeline as people read them, on pages and in a terminal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from .shown import milliseconds, moment

FEW = 3  # silences of a stage that stand each by itself

Row = Mapping[str, Any]


def readable(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """In the same order; beyond a few the silences between one stage's beginning or end and the next are one row."""
    told: list[dict[str, Any]] = []
    silences: list[dict[str, Any]] = []
    for row in rows:
        one = dict(row)
        if one["kind"] == "stage":
            _merge(told, silences)
            silences = []
        told.append(one)
        if one["kind"] == "silence":
            silences.append(one)
    _merge(told, silences)
    return told


def _merge(told: list[dict[str, Any]], silences: list[dict[str, Any]]) -> None:
    if len(silences) <= FEW:
        return
    first, last = silences[0], silences[-1]
    longest = max(one["duration_ms"] for one in silences)
    until = last["at"] + dt.timedelta(milliseconds=last["duration_ms"])
    total = sum(one["duration_ms"] for one in silences)
    for one in silences[1:]:
        told[:] = [kept for kept in told if kept is not one]
    first.update(
        what=f"{len(silences)} silences until {moment(until)[11:]}, the longest {milliseconds(longest)}, together",
        duration_ms=total,
    )
