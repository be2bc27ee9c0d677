"""Static charts by pygal: SVG without script, the same picture in a page and, through svglib, in a PDF.

pygal repeats its style in every chart and scopes it by an id; here all charts of a page share one style, which the page
carries once, in the page's colours.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pygal
from lxml import etree
from pygal.style import Style

from ..shown import milliseconds, minutes, number, usd
from .parts import RunPart
from .safe import clean

# pygal adds a finder for its map plugins that Python 3.11 warns of whenever a module is not found.
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "pygal"]

WIDTH, HEIGHT = 560, 260
LONGEST_LABEL = 24
MAX_BARS = 20

PAPER = {
    "text": "#1b2733", "dim": "#4d5b69", "line": "#c9d2da", "series-1": "#1f6fb4", "series-2": "#c0560b",
    "series-3": "#2c7d3a",
}  # fmt: skip
PAGE = {name: f"var(--{name})" for name in PAPER}
_SCOPE = "#chart-obs"
_SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Chart:
    """Bars beside each other: `series` maps a name to the values at `labels`, None where there is none."""

    title: str
    labels: list[str]
    series: dict[str, list[Any]]
    written: Callable[[Any], str]
    stacked: bool = False

    @property
    def is_empty(self) -> bool:
        return not any(value is not None for values in self.series.values() for value in values)


def of_run(part: RunPart) -> list[Chart]:
    """The charts of one run; none that would be empty."""
    (stages, more_stages), (vendors, more_vendors) = _first(part.stats["stages"]), _first(part.stats["vendors"])
    names = [stage["stage"] for stage in stages]
    bucketed = {name: part.overview[f"bucket_{name.lower()}"] for name in ("High", "Medium", "Low", "Unscored")}
    nights = _apart([str(row["night"]) for row in part.earlier])
    charts = [
        Chart(
            f"Time an item takes{more_stages}",
            names,
            {f"p{share}": [stage[f"p{share}_ms"] for stage in stages] for share in (50, 95, 99)},
            milliseconds,
        ),
        Chart(
            f"Items by stage{more_stages}",
            names,
            {what: [stage[f"count_{what}"] for stage in stages] for what in ("success", "error")},
            number,
            stacked=True,
        ),
        Chart(
            f"Cost by vendor{more_vendors}",
            [vendor["vendor"] for vendor in vendors],
            {"cost": [vendor["cost_usd"] for vendor in vendors]},
            usd,
        ),
        Chart("Companies by bucket", [*bucketed], {"companies": [*bucketed.values()]}, number),
    ]
    if len(nights) > 1:
        charts += [
            Chart(
                "Minutes per 1,000 companies, night by night",
                nights,
                {"minutes": [row["duration_min_per_1k"] for row in part.earlier]},
                minutes,
            ),
            Chart("Cost, night by night", nights, {"cost": [row["cost_usd"] for row in part.earlier]}, usd),
        ]
    return [chart for chart in charts if not chart.is_empty]


def _apart(labels: Sequence[str]) -> list[str]:
    """The second of a label has its number."""
    seen: Counter[str] = Counter()
    made = []
    for label in labels:
        seen[label] += 1
        made.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return made


def _first(rows: Sequence[Any]) -> tuple[Sequence[Any], str]:
    """As many as have room, and how many have none."""
    return rows[:MAX_BARS], f" (and {len(rows) - MAX_BARS} more)" if len(rows) > MAX_BARS else ""


def drawn(chart: Chart, colours: dict[str, str] = PAPER, font: str = "sans-serif") -> str:
    """The chart as SVG with its style in it."""
    style = Style(
        background="transparent", plot_background="transparent", foreground=colours["text"],
        foreground_strong=colours["text"], foreground_subtle=colours["dim"], guide_stroke_color=colours["line"],
        major_guide_stroke_color=colours["line"], font_family=font, opacity="1", transition="0s",
        title_font_size=14, legend_font_size=12, colors=tuple(colours[f"series-{place}"] for place in (1, 2, 3)),
    )  # fmt: skip
    kind = pygal.StackedBar if chart.stacked else pygal.Bar
    made = kind(
        style=style, js=(), width=WIDTH, height=HEIGHT, disable_xml_declaration=True, title=chart.title,
        legend_at_bottom=True, legend_at_bottom_columns=3, max_scale=8,
        show_legend=len(chart.series) > 1, truncate_label=LONGEST_LABEL,
        x_label_rotation=30 if _is_crowded(chart.labels) else 0, value_formatter=chart.written,
    )  # fmt: skip
    made.uuid = "obs"
    made.x_labels = [clean(label) for label in chart.labels]
    for name, values in chart.series.items():
        made.add(name, [None if value is None or abs(value) >= 1e100 else float(value) for value in values])
    made.add_xml_filter(_still)
    svg: str = made.render(is_unicode=True)
    return svg


def for_page(chart: Chart) -> tuple[str, str]:
    """The chart for a page that carries its style, and that style: the same for all charts."""
    svg = drawn(chart, PAGE)
    style = "".join(re.findall(r"<style[^>]*>(.*?)</style>", svg, re.S))
    svg = re.sub(r"<defs>.*?</defs>", "", svg, flags=re.S)
    svg = re.sub(r' xmlns(:xlink)?="[^"]*"| id="[^"]*"', "", svg)
    return svg, style.replace(_SCOPE, ".pygal-chart").replace("&gt;", ">")


def _is_crowded(labels: Sequence[str]) -> bool:
    return sum(min(len(label), LONGEST_LABEL) for label in labels) > 60


def _still(root: Any) -> Any:
    """Without what only a script would use, and without comments."""
    root.set("role", "img")
    for node in [*root.iter(f"{_SVG}script", "script", etree.Comment)]:
        node.getparent().remove(node)
    for node in [*root.iter(f"{_SVG}g", "g")]:
        if (node.get("class") or "").endswith("overlay"):
            node.getparent().remove(node)
    for node in [*root.iter(f"{_SVG}desc", "desc")]:
        if node.get("class") not in ("value", "x_label"):
            node.getparent().remove(node)
    return root
