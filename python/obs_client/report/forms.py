"""A report as a file: HTML, Markdown or PDF."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from .. import shown
from . import charts, wording
from .parts import Report, RunPart
from .safe import clean, in_markdown, on_page

FORMS = ("html", "md", "pdf")
MAX_CHARTED_RUNS = 10  # beyond, tables alone: a letter should stay small
NOTHING = "There was nothing last night: no nightly run of a tenant that this login sees."

_WRITTEN: dict[str, Callable[..., str]] = {
    "number": shown.number,
    "percent": shown.percent,
    "short": shown.short,
    "moment": shown.moment,
    "ms": shown.milliseconds,
    "usd": shown.usd,
}
_SAID = (
    wording.headline, wording.quality, wording.alert_line, wording.night_line, wording.error_line, wording.change_line,
    wording.source_line, wording.trace_address, wording.where, wording.signed, wording.driver, wording.slo_value,
    wording.slo_actual, shown.budget,
)  # fmt: skip


def rendered(report: Report, form: str) -> bytes:
    """The whole file."""
    if form == "pdf":
        from .paper import on_paper

        return on_paper(report)
    return (_html(report) if form == "html" else markdown(report)).encode()


def charted(report: Report) -> list[RunPart]:
    """The runs that get charts: the first ones."""
    return [part for tenant in report.tenants for part in tenant.runs][:MAX_CHARTED_RUNS]


def markdown(report: Report) -> str:
    env = _environment(False, in_markdown)
    env.filters.update({name: _marked(write) for name, write in _WRITTEN.items()}, link=_link)
    text = env.get_template("report.md").render(report=report, nothing=NOTHING)
    return text.rstrip("\n") + "\n"


def _html(report: Report) -> str:
    env = _environment(True, on_page)
    with_charts = {id(part) for part in charted(report)}
    styles: list[str] = []

    def drawn(part: RunPart) -> list[dict[str, Any]]:
        made = []
        for chart in charts.of_run(part):
            svg, style = charts.for_page(chart)
            styles.append(style)
            made.append({"title": chart.title, "svg": Markup(svg)})
        return made

    pictures = {id(part): drawn(part) for part in charted(report)}
    style = max(styles, key=len, default="")
    return env.get_template("report.html").render(
        report=report,
        nothing=NOTHING,
        charted=lambda part: id(part) in with_charts,
        charts=lambda part: pictures[id(part)],
        chart_style=Markup(style),
    )


def _environment(autoescape: bool, finalize: Callable[[Any], Any]) -> Environment:
    env = Environment(
        loader=PackageLoader("obs_client.report"),
        autoescape=autoescape,
        finalize=finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(_WRITTEN, words=shown.words, web=shown.web_address)
    env.globals.update({function.__name__: function for function in _SAID})
    return env


def _marked(write: Callable[..., str]) -> Callable[..., Markup]:
    """Digits need no escapes."""
    return lambda value, *more: Markup(write(value, *more))


def _link(value: Any) -> Any:
    """The address between angle brackets if it is one of the web, else the text."""
    address = shown.web_address(value)
    if address and not any(character in "<> |`" for character in address):
        return Markup(f"<{clean(address)}>")
    return "" if value is None else str(value)
