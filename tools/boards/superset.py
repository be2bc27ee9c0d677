"""Writes the boards as a bundle that `superset import-dashboards` takes."""

from __future__ import annotations

from typing import Any

import yaml

from boards.columns import DATE, FLAG, SHOWN, TIME, VIEWS
from boards.model import Board, Panel
from boards.superset_charts import VERSION, chart, identity

TYPES = {TIME: "TIMESTAMP WITH TIME ZONE", DATE: "DATE", FLAG: "BOOLEAN"}
DAYS_90 = 'DATEADD(DATETIME("now"), -90, day) : now'
FILTERS = {"tenant_id": "dash_tenant_overview", "stage": "dash_latency", "run_id": "dash_latency"}


def files(boards: tuple[Board, ...], uri: str) -> dict[str, str]:
    """Every file of the bundle by its path; the date is fixed, so that the same boards make the same bundle."""
    made = {
        "metadata.yaml": {**VERSION, "type": "Dashboard", "timestamp": "2026-01-01T00:00:00+00:00"},
        "databases/obs.yaml": _database(uri),
    }
    for view in VIEWS:
        made[f"datasets/obs/{view}.yaml"] = _dataset(view)
    for board in boards:
        made[f"dashboards/{board.key}.yaml"] = _dashboard(board)
        for panel in board.panels:
            made[f"charts/{panel.key}.yaml"] = chart(panel)
    return {
        name: yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120) for name, content in made.items()
    }


def _database(uri: str) -> dict[str, Any]:
    return {
        "database_name": "obs",
        "sqlalchemy_uri": uri,
        "cache_timeout": None,
        "expose_in_sqllab": True,
        "allow_run_async": False,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "extra": {"allows_virtual_table_explore": True},
        "uuid": identity("database"),
        **VERSION,
    }


def _dataset(view: str) -> dict[str, Any]:
    columns = VIEWS[view]
    return {
        "table_name": view,
        "main_dttm_col": "started_at" if "started_at" in columns else None,
        "schema": "obs",
        "sql": None,
        "uuid": identity("dataset", view),
        "columns": [_column(name, type_name) for name, type_name in columns.items()],
        "metrics": [{"metric_name": "count", "verbose_name": "Rows", "expression": "count(*)"}],
        **VERSION,
        "database_uuid": identity("database"),
    }


def _column(name: str, type_name: str) -> dict[str, Any]:
    return {
        "column_name": name,
        "verbose_name": SHOWN[name][0],
        "is_dttm": type_name in (TIME, DATE),
        "type": TYPES.get(type_name, type_name.upper()),
        "groupby": True,
        "filterable": True,
    }


def _dashboard(board: Board) -> dict[str, Any]:
    return {
        "dashboard_title": board.title,
        "description": board.about,
        "css": "",
        "slug": f"obs-{board.key.replace('_', '-')}",
        "uuid": identity("dashboard", board.key),
        "published": True,
        "position": _position(board),
        "metadata": {
            "color_scheme": "supersetColors",
            "refresh_frequency": 300,
            "cross_filters_enabled": True,
            "native_filter_configuration": _filters(board),
        },
        **VERSION,
    }


def _position(board: Board) -> dict[str, Any]:
    rows: list[list[Panel]] = [[]]
    for panel in board.panels:
        if sum(other.width for other in rows[-1]) + panel.width > 12:
            rows.append([])
        rows[-1].append(panel)
    made: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": board.title}},
        "GRID_ID": {
            "type": "GRID",
            "id": "GRID_ID",
            "parents": ["ROOT_ID"],
            "children": [f"ROW-{number}" for number in range(len(rows))],
        },
    }
    for number, row in enumerate(rows):
        above = ["ROOT_ID", "GRID_ID"]
        made[f"ROW-{number}"] = {
            "type": "ROW",
            "id": f"ROW-{number}",
            "parents": above,
            "children": [f"CHART-{panel.key}" for panel in row],
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        }
        for panel in row:
            made[f"CHART-{panel.key}"] = {
                "type": "CHART",
                "id": f"CHART-{panel.key}",
                "parents": [*above, f"ROW-{number}"],
                "children": [],
                "meta": {
                    "uuid": chart(panel)["uuid"],
                    "chartId": board.panels.index(panel) + 1,  # replaced on import by what the uuid stands for
                    "sliceName": panel.title,
                    "width": panel.width,
                    "height": panel.height * 5,
                },
            }
    return made


def _filters(board: Board) -> list[dict[str, Any]]:
    time = {
        "id": "NATIVE_FILTER-time",
        "name": "Time",
        "filterType": "filter_time",
        "targets": [{}],
        "defaultDataMask": {
            "extraFormData": {"time_range": DAYS_90},
            "filterState": {"value": DAYS_90},
        },
    }
    chosen = [
        {
            "id": f"NATIVE_FILTER-{column}",
            "name": SHOWN[column][0],
            "filterType": "filter_select",
            "targets": [{"column": {"name": column}, "datasetUuid": identity("dataset", FILTERS[column])}],
            "controlValues": {"multiSelect": True, "searchAllOptions": True},
            "defaultDataMask": {"extraFormData": {}, "filterState": {}},
        }
        for column in ("tenant_id", *board.filters)
    ]
    common = {"type": "NATIVE_FILTER", "scope": {"rootPath": ["ROOT_ID"], "excluded": []}, "cascadeParentIds": []}
    return [{**common, **one} for one in (time, *chosen)]
