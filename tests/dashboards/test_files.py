"""The dashboards in the repository are the ones that the panels describe."""

from __future__ import annotations

import importlib
import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.db import Db
from support.install import ROOT

DASHBOARDS = ROOT / "dashboards"
pytest.importorskip("grafana_foundation_sdk", reason="grafana-foundation-sdk wants Python 3.11 or newer")
boards = importlib.import_module("boards")
dashboard_files = importlib.import_module("dashboard_files")


def committed() -> dict[str, str]:
    found = [*DASHBOARDS.glob("grafana/*.json"), *DASHBOARDS.glob("superset/bundle/**/*.yaml")]
    return {str(path.relative_to(DASHBOARDS)): path.read_text() for path in found}


def test_the_files_are_what_the_panels_make() -> None:
    assert committed() == dashboard_files.made(), "run: python tools/dashboard_files.py"


def test_the_views_have_the_columns_that_are_written(db: Db) -> None:
    from boards.columns import SHOWN, VIEWS

    for view, columns in VIEWS.items():
        there = dict(
            db.rows(
                """select attname, format_type(atttypid, atttypmod) from pg_attribute
                where attrelid = %s::regclass and attnum > 0 order by attnum""",
                (f"obs.{view}",),
            )
        )
        assert columns == there, view
        assert columns.keys() <= SHOWN.keys()


def test_lines_of_several_tenants_are_lines_and_no_dots() -> None:
    panels = [
        panel
        for name, text in committed().items()
        if name.startswith("grafana/")
        for panel in json.loads(text)["panels"]
        if panel["type"] == "timeseries"
    ]
    lines = [panel for panel in panels if panel["fieldConfig"]["defaults"]["custom"].get("drawStyle") != "bars"]
    assert len(lines) > 3
    for panel in panels:
        spans = panel["fieldConfig"]["defaults"]["custom"]["spanNulls"]
        assert spans is (panel in lines), panel["title"]


def bundle() -> dict[str, Any]:
    return {
        name.removeprefix("superset/bundle/"): yaml.safe_load(text)
        for name, text in committed().items()
        if name.startswith("superset/")
    }


def test_every_reference_of_the_bundle_leads_somewhere() -> None:
    files = bundle()
    of = {
        kind: {content["uuid"]: content for name, content in files.items() if name.startswith(f"{kind}/")}
        for kind in ("databases", "datasets", "charts", "dashboards")
    }
    assert files["metadata.yaml"]["type"] == "Dashboard"
    assert len(of["dashboards"]) == 4
    for dataset in of["datasets"].values():
        assert dataset["database_uuid"] in of["databases"]
    placed = []
    for dashboard in of["dashboards"].values():
        charts = {name: part for name, part in dashboard["position"].items() if name.startswith("CHART-")}
        rows = [part for name, part in dashboard["position"].items() if name.startswith("ROW-")]
        assert [child for row in rows for child in row["children"]] == list(charts)
        for row in rows:
            assert sum(charts[child]["meta"]["width"] for child in row["children"]) <= 12
        placed += [chart["meta"]["uuid"] for chart in charts.values()]
        for one in dashboard["metadata"]["native_filter_configuration"]:
            for target in filter(None, one["targets"]):
                columns = of["datasets"][target["datasetUuid"]]["columns"]
                assert target["column"]["name"] in {column["column_name"] for column in columns}
    assert sorted(placed) == sorted(of["charts"])
    for chart in of["charts"].values():
        columns = {column["column_name"] for column in of["datasets"][chart["dataset_uuid"]]["columns"]}
        params = chart["params"]
        named = [*params.get("all_columns", []), params.get("x_axis"), params.get("groupby")]
        for name in named:
            assert set([name] if isinstance(name, str) else name or []) <= columns


def test_no_password_and_no_place_is_written() -> None:
    written = committed() | {str(p): p.read_text() for p in DASHBOARDS.glob("grafana/provisioning/**/*.yaml")}
    for name, text in written.items():
        for secret in re.findall(r"(?i)password:\s+(\S+)", text):
            assert secret.startswith("${"), name
        assert not re.search(r"(/home/|/root/|/work/|/tmp/|://[^/\s]*:[^/@\s]+@)", text), name


def test_provisioning_is_yaml_that_names_the_data_source_of_the_panels() -> None:
    from boards.grafana import SOURCE

    (source,) = yaml.safe_load((DASHBOARDS / "grafana/provisioning/datasources/obs.yaml").read_text())["datasources"]
    assert (source["type"], source["uid"]) == (SOURCE.type_val, SOURCE.uid)
    (provider,) = yaml.safe_load((DASHBOARDS / "grafana/provisioning/dashboards/obs.yaml").read_text())["providers"]
    assert provider["type"] == "file"


def test_the_bundle_is_packed_with_the_address_that_is_given(tmp_path: Path) -> None:
    archive = tmp_path / "obs.zip"
    uri = "postgresql+psycopg2://alba_dashboard@db.example.com/obs"
    tool = str(ROOT / "tools" / "dashboard_files.py")
    subprocess.run([sys.executable, tool, "--zip", str(archive), "--uri", uri], check=True)
    packed = zipfile.ZipFile(io.BytesIO(archive.read_bytes()))
    files = {name.removeprefix("obs/"): packed.read(name).decode() for name in packed.namelist()}
    assert yaml.safe_load(files.pop("databases/obs.yaml"))["sqlalchemy_uri"] == uri
    wanted = {name.removeprefix("superset/bundle/"): text for name, text in committed().items() if "superset" in name}
    wanted.pop("databases/obs.yaml")
    assert files == wanted
