"""How each kind of panel is drawn by Superset."""

from __future__ import annotations

import json
import uuid
from typing import Any

from boards.columns import SHOWN
from boards.model import Measure, Panel, Unit

ROOT = uuid.UUID("5bd1f0a6-6c0e-5d3e-9d0c-0b5000000000")
FORMATS = {"share": ".1%", "min": ",.1f", "ms": ",d", "usd": "$,.2f", "count": ",d", "chars": ",d", "number": ",.3~r"}
VERSION = {"version": "1.0.0"}


def identity(*parts: str) -> str:
    """The same parts have the same identity for ever, so that a second import doubles nothing."""
    return str(uuid.uuid5(ROOT, "/".join(parts)))


def chart(panel: Panel) -> dict[str, Any]:
    """An import leaves charts as they are that it knows: so a chart that is drawn otherwise is another one."""
    kind, params = _KINDS[panel.kind](panel)
    made = {
        "slice_name": panel.title,
        "description": panel.about,
        "viz_type": kind,
        "params": {"viz_type": kind, "adhoc_filters": _conditions(panel), **params},
        "cache_timeout": 0,
        **VERSION,
        "dataset_uuid": identity("dataset", panel.view),
    }
    return {**made, "uuid": identity("chart", panel.key, json.dumps(made, sort_keys=True))}


def _conditions(panel: Panel) -> list[dict[str, Any]]:
    """The time range of the dashboard is put in place of `No filter`."""
    found: list[dict[str, Any]] = []
    if panel.time:
        found.append(
            {
                "clause": "WHERE",
                "comparator": "No filter",
                "expressionType": "SIMPLE",
                "operator": "TEMPORAL_RANGE",
                "subject": panel.time,
            }
        )
    if panel.where:
        found.append({"clause": "WHERE", "expressionType": "SQL", "sqlExpression": panel.where})
    return found


def _metric(measure: Measure) -> dict[str, Any]:
    return {
        "expressionType": "SQL",
        "sqlExpression": measure.sql,
        "label": measure.title,
        "hasCustomLabel": True,
        "optionName": "metric_" + identity("metric", measure.title, measure.sql).replace("-", "")[:12],
    }


def _format(unit: Unit) -> str:
    return FORMATS.get(unit, "SMART_NUMBER")


def _stat(panel: Panel) -> tuple[str, dict[str, Any]]:
    return "big_number_total", {
        "metric": _metric(panel.measures[0]),
        "y_axis_format": _format(panel.measures[0].unit),
        "header_font_size": 0.6,
        "subheader": "",
    }


def _over_time(panel: Panel) -> tuple[str, dict[str, Any]]:
    params: dict[str, Any] = {
        "x_axis": "started_at",
        "time_grain_sqla": None,
        "metrics": [_metric(measure) for measure in panel.measures],
        "groupby": [*([panel.by] if panel.by else []), "tenant_id"],
        "row_limit": 50000,
        "y_axis_format": _format(panel.measures[0].unit),
        "x_axis_time_format": "%d %b",
        "show_legend": True,
        "legendOrientation": "bottom",
        "rich_tooltip": True,
        "truncate_metric": True,
        "color_scheme": "supersetColors",
    }
    if panel.kind == "line":
        params |= {"markerEnabled": True, "markerSize": 4, "annotation_layers": []}
        return "echarts_timeseries_line", params
    if panel.kind == "stacked":
        params |= {"stack": "Stack"}
        if panel.measures[0].unit == "share":
            params |= {"truncateYAxis": True, "y_axis_bounds": [0, 1]}
    return "echarts_timeseries_bar", params


def _histogram(panel: Panel) -> tuple[str, dict[str, Any]]:
    return "echarts_timeseries_bar", {
        "x_axis": panel.by,
        "xAxisForceCategorical": True,
        "x_axis_sort": panel.by,
        "x_axis_sort_asc": True,
        "metrics": [_metric(panel.measures[0])],
        "groupby": [],
        "row_limit": 1000,
        "y_axis_format": _format(panel.measures[0].unit),
        "x_axis_title": SHOWN[panel.by][0],
        "x_axis_title_margin": 30,
        "show_legend": False,
        "color_scheme": "supersetColors",
    }


def _heatmap(panel: Panel) -> tuple[str, dict[str, Any]]:
    return "heatmap_v2", {
        "x_axis": "started_at",
        "time_grain_sqla": "P1D",
        "groupby": panel.by,
        "metric": _metric(panel.measures[0]),
        "row_limit": 10000,
        "sort_x_axis": "alpha_asc",
        "sort_y_axis": "alpha_asc",
        "normalize_across": "heatmap",
        "linear_color_scheme": "superset_seq_1",
        "legend_type": "continuous",
        "show_legend": True,
        "show_values": False,
        "x_axis_time_format": "%d %b",
        "y_axis_format": _format(panel.measures[0].unit),
        "xscale_interval": -1,
        "yscale_interval": -1,
        "left_margin": "auto",
        "bottom_margin": "auto",
        "value_bounds": [None, None],
    }


def _totals(panel: Panel) -> tuple[str, dict[str, Any]]:
    return "table", {
        "query_mode": "aggregate",
        "groupby": [panel.by],
        "metrics": [_metric(measure) for measure in panel.measures],
        "row_limit": 1000,
        "column_config": {measure.title: {"d3NumberFormat": _format(measure.unit)} for measure in panel.measures},
        "show_cell_bars": False,
    }


def _rows(panel: Panel) -> tuple[str, dict[str, Any]]:
    orders = [part.strip().partition(" ") for part in panel.order.split(",")]
    shown = {column: SHOWN[column][1] for column in panel.columns}
    return "table", {
        "query_mode": "raw",
        "all_columns": list(panel.columns),
        "order_by_cols": [f'["{column}", {"false" if way == "desc" else "true"}]' for column, _, way in orders],
        "row_limit": 500,
        "server_page_length": 10,
        "table_timestamp_format": "%Y-%m-%d %H:%M",
        "column_config": {
            column: {"d3NumberFormat": FORMATS[unit]} for column, unit in shown.items() if unit in FORMATS
        },
        "show_cell_bars": False,
    }


_KINDS = {
    "stat": _stat,
    "line": _over_time,
    "bars": _over_time,
    "stacked": _over_time,
    "histogram": _histogram,
    "heatmap": _heatmap,
    "totals": _totals,
    "rows": _rows,
}
