"""Writes the boards as Grafana dashboards."""

from __future__ import annotations

import json
from typing import Any

from grafana_foundation_sdk.builders import barchart, common, dashboard, heatmap, stat, table, timeseries
from grafana_foundation_sdk.cog import variants
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common as look
from grafana_foundation_sdk.models import dashboard as model

from boards.columns import SHOWN
from boards.grafana_sql import EVENTS, STAGES, TENANTS, query
from boards.model import OBJECTIVE, Board, Panel, Unit

SOURCE = model.DataSourceRef(type_val="grafana-postgresql-datasource", uid="obs")
UNITS = {"share": "percentunit", "min": "m", "ms": "ms", "usd": "currencyUSD", "count": "short", "chars": "short"}
RUN_FIELDS = "var-tenant=${__data.fields.tenant_id:percentencode}&var-run=${__data.fields.run_id:percentencode}"
LATENCY = f"/d/obs-latency/latency?{RUN_FIELDS}"
LINKS: dict[str, list[tuple[str, str]]] = {
    "run_id": [
        ("Stages of this run", f"{LATENCY}&var-stage=$__all&${{__url_time_range}}"),
        (
            "Open in obs",
            "${obs_url}/runs/${__value.raw:percentencode}?tenant_id=${__data.fields.tenant_id:percentencode}",
        ),
    ],
    "stage": [("Events of this stage", f"{LATENCY}&var-stage=${{__value.raw:percentencode}}&${{__url_time_range}}")],
    "trace_url": [("Open the trace", "${__value.raw}")],
    "trace_id": [("Open the trace", "${__data.fields.trace_url}")],
}
EVENT_COLUMNS = {
    "ts": "At",
    "company_id": "Company",
    "duration_ms": "Duration",
    "error_code": "Error",
    "error_msg": "Message",
}


class Sql(variants.Dataquery):
    """A statement for Grafana's PostgreSQL data source, which the SDK has no class for."""

    def __init__(self, statement: str, shape: str) -> None:
        self.statement, self.shape = statement, shape

    def build(self) -> Sql:
        return self

    def to_json(self) -> dict[str, object]:
        return {
            "datasource": SOURCE,
            "editorMode": "code",
            "format": self.shape,
            "rawQuery": True,
            "rawSql": self.statement,
            "refId": "A",
        }


def files(boards: tuple[Board, ...], obs_url: str) -> dict[str, str]:
    """Every dashboard's JSON by its file name."""
    return {f"{board.key}.json": _text(_dashboard(board, obs_url)) for board in boards}


def _text(made: model.Dashboard) -> str:
    return json.dumps(made, cls=JSONEncoder, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _dashboard(board: Board, obs_url: str) -> model.Dashboard:
    made = (
        dashboard.Dashboard(board.title)
        .uid(f"obs-{board.key.replace('_', '-')}")
        .description(board.about)
        .tags(["obs"])
        .timezone("utc")
        .time("now-90d", "now")
        .refresh("5m")
        .tooltip(model.DashboardCursorSync.CROSSHAIR)
        .link(
            dashboard.DashboardLink("obs")
            .type(model.DashboardLinkType.DASHBOARDS)
            .tags(["obs"])
            .include_vars(True)
            .keep_time(True)
        )
    )
    for variable in _variables(board, obs_url):
        made = made.with_variable(variable)
    for number, panel in enumerate(board.panels, 1):
        made = made.with_panel(_panel(panel, board.filters).id(number))
    if "run_id" in board.filters:
        made = made.with_panel(_events().id(len(board.panels) + 1))
    return made.build()


def _variables(board: Board, obs_url: str) -> list[Any]:
    made: list[Any] = [_choice("tenant", "Tenant", TENANTS)]
    if "stage" in board.filters:
        made.append(_choice("stage", "Stage", STAGES))
    if "run_id" in board.filters:
        made.append(dashboard.TextBoxVariable("run").label("Run").default_value(""))
    made.append(dashboard.ConstantVariable("obs_url").label("Address of obs serve").value(obs_url))
    return made


def _choice(name: str, label: str, statement: str) -> dashboard.QueryVariable:
    """One or more of what the login may see; all of it at first."""
    return (
        dashboard.QueryVariable(name)
        .label(label)
        .datasource(SOURCE)
        .query(statement)
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .multi(True)
        .include_all(True)
        .current(model.VariableOption(selected=True, text="All", value="$__all"))
    )


def _panel(panel: Panel, filters: tuple[str, ...]) -> Any:
    statement = query(panel, filters)
    if panel.kind == "stat":
        made = stat.Panel().graph_mode(look.BigValueGraphMode.NONE).color_mode(look.BigValueColorMode.NONE)
        made = made.reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
        made = _unit(made, panel.measures[0].unit).with_target(Sql(statement, "table"))
    elif panel.kind in ("rows", "totals"):
        made = _table(panel).with_target(Sql(statement, "table"))
    elif panel.kind == "histogram":
        made = barchart.Panel().x_field(panel.by).override_by_name(panel.by, _shown(panel.by))
        made = made.with_target(Sql(statement, "table"))
    elif panel.kind == "heatmap":
        made = heatmap.Panel().calculate(False).color(heatmap.HeatmapColorOptions().scheme("Blues"))
        made = made.with_target(Sql(statement, "time_series"))
    else:
        made = _over_time(panel).with_target(Sql(statement, "time_series"))
    return (
        made.title(panel.title).description(panel.about).datasource(SOURCE).span(panel.width * 2).height(panel.height)
    )


def _over_time(panel: Panel) -> timeseries.Panel:
    made = (
        timeseries.Panel()
        .show_points(look.VisibilityMode.ALWAYS)
        .legend(
            common.VizLegendOptions()
            .show_legend(True)
            .display_mode(look.LegendDisplayMode.LIST)
            .placement(look.LegendPlacement.BOTTOM)
        )
    )
    made = _unit(made, panel.measures[0].unit)
    # Tenants do not run at the same moment: each has gaps where the others have points.
    made = made.span_nulls(panel.kind == "line")
    if panel.kind != "line":
        made = made.draw_style(look.GraphDrawStyle.BARS).fill_opacity(80)
    if panel.kind == "stacked":
        if panel.measures[0].unit == "share":
            made = made.max(1)
        made = made.stacking(common.StackingConfig().group("A").mode(look.StackingMode.NORMAL))
    if panel.measures[0].unit == "share":
        made = made.min(0)
    if any(measure.title == OBJECTIVE for measure in panel.measures):
        dashed = [
            model.DynamicConfigValue("custom.lineStyle", {"fill": "dash", "dash": [10, 10]}),
            model.DynamicConfigValue("custom.showPoints", "never"),
        ]
        made = made.override_by_regexp(f"/^{OBJECTIVE}/", dashed)
    return made


def _table(panel: Panel) -> table.Panel:
    made = table.Panel()
    if panel.by:
        made = made.override_by_name(panel.by, _shown(panel.by))
    for measure in panel.measures:
        made = made.override_by_name(measure.title, _unit_of(measure.unit))
    linked = {"tenant_id", "run_id"} <= set(panel.columns)
    for column in panel.columns:
        made = made.override_by_name(column, _shown(column) + (_links(column) if linked else []))
    return made


def _events() -> table.Panel:
    made = table.Panel().title("Events of the run").datasource(SOURCE).span(24).height(10)
    made = made.description("Choose a run: its events in the stages chosen, failures first, then the slowest.")
    for column, title in EVENT_COLUMNS.items():
        made = made.override_by_name(column, [model.DynamicConfigValue("displayName", title)])
    for column in ("tenant_id", "run_id", "stage", "status", "vendor", "trace_url"):
        made = made.override_by_name(column, _shown(column))
    made = made.override_by_name("duration_ms", _unit_of("ms")).override_by_name("trace_id", _links("trace_id"))
    return made.override_by_name("trace_url", _links("trace_url")).with_target(Sql(EVENTS, "table"))


def _unit(made: Any, unit: Unit) -> Any:
    return made.unit(UNITS[unit]) if unit in UNITS else made


def _unit_of(unit: Unit) -> list[model.DynamicConfigValue]:
    if unit == "number":
        return [model.DynamicConfigValue("decimals", 3)]
    return [model.DynamicConfigValue("unit", UNITS[unit])] if unit in UNITS else []


def _shown(column: str) -> list[model.DynamicConfigValue]:
    title, unit = SHOWN[column]
    return [model.DynamicConfigValue("displayName", title), *_unit_of(unit)]


def _links(column: str) -> list[model.DynamicConfigValue]:
    links = [
        {"title": title, "url": url, "targetBlank": "obs_url" in url or "trace" in column}
        for title, url in LINKS.get(column, [])
    ]
    return [model.DynamicConfigValue("links", links)] if links else []
