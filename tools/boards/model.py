"""What a panel is, whatever draws it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["stat", "line", "bars", "stacked", "histogram", "heatmap", "totals", "rows"]
Unit = Literal["text", "time", "date", "flag", "count", "share", "min", "ms", "usd", "chars", "number"]

OBJECTIVE = "Objective"  # the title of the measure that is a target


@dataclass(frozen=True)
class Measure:
    """A number over rows of a view: an SQL aggregate, valid under any GROUP BY. Rates are sums over sums."""

    title: str
    sql: str
    unit: Unit = "count"


@dataclass(frozen=True)
class Panel:
    """One chart over one view. Widths are twelfths of a dashboard.

    stat: one measure over everything shown. line, bars, stacked: measures by run's start, a series each tenant and each
    value of `by`. histogram: a measure by the ordered column `by`. heatmap: the measure by day and the ordered column
    `by`. totals: measures by `by`. rows: the rows themselves.
    """

    key: str
    title: str
    about: str
    kind: Kind
    view: str
    measures: tuple[Measure, ...] = ()
    by: str = ""
    columns: tuple[str, ...] = ()
    where: str = ""
    order: str = "started_at desc"
    time: str = "started_at"
    width: int = 6
    height: int = 8


@dataclass(frozen=True)
class Board:
    key: str
    title: str
    about: str
    panels: tuple[Panel, ...]
    filters: tuple[str, ...] = ()
