"""Charts as data: what the script draws is what the table beside it says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Row = Mapping[str, Any]
MAX_SERIES = 10


@dataclass(frozen=True)
class Chart:
    """One set of axes; `series` maps a name to the values at the places of `x`, None where there is none."""

    title: str
    unit: str
    x: list[str]
    series: dict[str, list[Any]]
    kind: str = "bar"  # or line
    stacked: bool = False
    share: bool = False  # values between 0 and 1, shown as percent
    target: float | None = None
    x_title: str = "run"
    left_out: int = 0  # series beyond MAX_SERIES
    digits: int = 0
    key: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-"))

    @property
    def data(self) -> dict[str, Any]:
        """For the script."""
        return {
            "title": self.title,
            "unit": self.unit,
            "x": self.x,
            "series": [{"name": name, "y": values} for name, values in self.series.items()],
            "kind": self.kind,
            "stacked": self.stacked,
            "share": self.share,
            "target": self.target,
            "x_title": self.x_title,
        }

    @property
    def is_empty(self) -> bool:
        return not any(value is not None for values in self.series.values() for value in values)


def by_series(
    rows: Iterable[Row],
    x: str | Callable[[Row], str],
    series: str | Callable[[Row], str],
    value: str,
    *,
    sorted_x: bool = False,
) -> tuple[list[str], dict[str, list[Any]], int]:
    """Rows as series over a common x, both in the order in which they come; how many series were too many.

    `sorted_x`: the places by their labels instead, since the nights of two time zones come out of order.
    """
    at = x if callable(x) else lambda row: str(row[x])
    of = series if callable(series) else lambda row: str(row[series])
    places: dict[str, int] = {}
    cells: dict[str, dict[int, Any]] = {}
    for row in rows:
        mine, label = cells.setdefault(of(row), {}), at(row)
        again = 1
        while (place := places.setdefault(_again(label, again), len(places))) in mine:
            again += 1
        mine[place] = row[value]
    kept = list(cells)[:MAX_SERIES]
    shown = sorted(places, key=_place) if sorted_x else list(places)
    made = {name: [cells[name].get(places[label]) for label in shown] for name in kept}
    return shown, made, len(cells) - len(kept)


def columns(rows: Sequence[Row], x: str, named: Mapping[str, str]) -> tuple[list[str], dict[str, list[Any]]]:
    """Columns of the rows as series: {column: name}."""
    seen: Counter[str] = Counter()
    labels = []
    for row in rows:
        seen[str(row[x])] += 1
        labels.append(_again(str(row[x]), seen[str(row[x])]))
    return labels, {name: [row[column] for row in rows] for column, name in named.items()}


def _again(label: str, number: int) -> str:
    """A label of its own for the second of a place."""
    return label if number == 1 else f"{label} ({number})"


def _place(label: str) -> tuple[str, int]:
    """Where a label stands: a tenth of its name behind the ninth."""
    name, _, number = label.removesuffix(")").partition(" (")
    return name, int(number) if number.isdecimal() else 1
