"""Every panel's SQL, run as a dashboard login of one tenant with Grafana's macros expanded."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg.postgres import types
from psycopg.types.json import Jsonb

from support.db import Db
from support.grafana import expand
from support.install import ROOT

BOARDS = {path.stem: json.loads(path.read_text()) for path in sorted((ROOT / "dashboards/grafana").glob("*.json"))}
STAGES = ("crawl", "tavily", "lusha", "zerobounce", "score", "export_odoo")
NUMBERS = {types[name].oid for name in ("int4", "int8", "numeric", "float8")}
TIME = types["timestamptz"].oid
TEXT = types["text"].oid
KINDS = {"stat", "timeseries", "table", "barchart", "heatmap"}


def panels(board: dict[str, Any]) -> list[dict[str, Any]]:
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def sent(statement: str, tenant: str, **chosen: Any) -> str:
    now = datetime.now(UTC)
    picked = {"tenant": [tenant], "stage": STAGES, "run": "", **chosen}
    return expand(statement, now - timedelta(days=90), now + timedelta(minutes=1), picked)


def newest_run(db: Db) -> str:
    run: str = db.one(
        "select run_id from obs.dash_tenant_overview where status = 'success' order by started_at desc limit 1"
    )
    return run


def fits(kind: str, cursor: psycopg.Cursor[Any]) -> None:
    """The types that each kind of panel draws."""
    columns = {column.name: column.type_code for column in cursor.description or ()}
    numbers = [name for name, oid in columns.items() if oid in NUMBERS]
    if kind in ("timeseries", "heatmap"):
        assert columns.pop("time") == TIME
        assert set(columns.values()) <= NUMBERS | {TEXT}
        assert numbers
    elif kind == "stat":
        assert len(columns) == len(numbers) == 1
    elif kind == "barchart":
        assert next(iter(columns.values())) == TEXT
        assert len(numbers) == len(columns) - 1 > 0


def test_there_are_the_four_dashboards() -> None:
    assert {board["title"] for board in BOARDS.values()} == {
        "Tenant overview",
        "Vendor usage and cost",
        "Quality and verification",
        "Latency",
    }
    for board in BOARDS.values():
        assert {panel["type"] for panel in panels(board)} <= KINDS
        assert board["templating"]["list"][0]["name"] == "tenant"


def test_every_panel_shows_its_tenant_alone(nights: dict[str, Db]) -> None:
    for tenant, other in (("alba", "brisk"), ("brisk", "alba")):
        assert shown_alone(nights[tenant], tenant, other) == sum(len(panels(board)) for board in BOARDS.values()) >= 40


def shown_alone(seen: Db, tenant: str, other: str) -> int:
    """How many panels have rows for the login's tenant, and none for another that is asked for."""
    shown = 0
    for board in BOARDS.values():
        for panel in panels(board):
            (target,) = panel["targets"]
            statement = target["rawSql"]
            run = newest_run(seen) if "e.run_id" in statement else ""
            cursor = seen.execute(sent(statement, tenant, run=run))
            fits(panel["type"], cursor)
            rows = cursor.fetchall()
            where = f"{board['title']}: {panel['title']}"
            assert rows, f"{where} is empty"
            assert any(value is not None for row in rows for value in row), f"{where} has no value"
            for row in rows:
                told = row._asdict()
                assert told.get("tenant_id", tenant) == tenant, where
                assert other not in str(told), where
            asked = seen.rows(sent(statement, other, run=run))
            assert all(value in (0, None) for row in asked for value in row), f"{where} tells of another tenant"
            shown += 1
    return shown


def test_the_variables_list_what_the_login_may_see(nights: dict[str, Db]) -> None:
    asked = {
        variable["name"]: variable["query"]
        for board in BOARDS.values()
        for variable in board["templating"]["list"]
        if variable["type"] == "query"
    }
    assert asked.keys() == {"tenant", "stage"}
    for tenant, seen in nights.items():
        assert [tuple(row) for row in seen.rows(asked["tenant"])] == [(tenant,)]
        assert {stage for (stage,) in seen.rows(sent(asked["stage"], tenant))} == set(STAGES)
        assert seen.rows(sent(asked["stage"], f"{tenant}'s")) == []


def test_the_figures_are_those_of_the_views(nights: dict[str, Db]) -> None:
    """Read by plain SQL of the test's own."""
    seen = nights["alba"]
    figures = {
        panel["title"]: seen.one(sent(panel["targets"][0]["rawSql"], "alba"))
        for panel in panels(BOARDS["tenant_overview"])
        if panel["type"] == "stat"
    }
    wanted = seen.row(
        """select count(*), sum(shortlist_delivered) as delivered, sum(items_success) / sum(items_total) as success,
            sum(cost_usd) as cost
        from obs.dash_tenant_overview"""
    )
    assert (figures["Runs"], figures["Shortlist delivered"], figures["Items that succeeded"], figures["Cost"]) == wanted
    assert figures["Runs"] == 3
    assert figures["Runs that succeeded"] == 1


def test_the_way_from_a_run_to_its_trace(nights: dict[str, Db]) -> None:
    """Runs link to stages, stages to events, events to the trace; and to the pages of obs."""

    def links(title: str, board: str, column: str) -> dict[str, str]:
        (panel,) = [panel for panel in panels(BOARDS[board]) if panel["title"] == title and panel["type"] == "table"]
        found = [one for one in panel["fieldConfig"]["overrides"] if one["matcher"]["options"] == column]
        shown = [part["value"] for one in found for part in one["properties"] if part["id"] == "links"]
        return {link["title"]: link["url"] for value in shown for link in value}

    run = links("Runs", "tenant_overview", "run_id")
    assert run["Stages of this run"].startswith(f"/d/{BOARDS['latency']['uid']}/")
    assert "var-run=${__data.fields.run_id:percentencode}" in run["Stages of this run"]
    assert run["Open in obs"].startswith("${obs_url}/runs/")
    stage = links("Runs and stages", "latency", "stage")
    assert "var-stage=${__value.raw:percentencode}" in stage["Events of this stage"]
    assert links("Events of the run", "latency", "trace_id") == {"Open the trace": "${__data.fields.trace_url}"}
    assert links("Runs", "tenant_overview", "trace_url") == {"Open the trace": "${__value.raw}"}

    seen = nights["alba"]
    chosen = newest_run(seen)
    (events,) = [panel for panel in panels(BOARDS["latency"]) if panel["title"] == "Events of the run"]
    rows = seen.rows(sent(events["targets"][0]["rawSql"], "alba", run=chosen, stage=["crawl"]))
    assert {(row.run_id, row.stage) for row in rows} == {(chosen, "crawl")}
    assert rows[0].status == "error"
    assert rows[0].trace_url == f"https://traces.example.com/{chosen}"


def keeps(read: Any, written: Any) -> bool:
    """Whether all that was written is in what was read; defaults may have come along."""
    if isinstance(written, dict):
        return all(key in read and keeps(read[key], value) for key, value in written.items())
    if isinstance(written, list):
        return len(read) == len(written) and all(map(keeps, read, written))
    return bool(read == written)


def test_the_sdk_knows_every_field_of_the_dashboards() -> None:
    encoder = pytest.importorskip("grafana_foundation_sdk.cog.encoder", reason="needs grafana-foundation-sdk")
    from grafana_foundation_sdk.cog.plugins import register_default_plugins
    from grafana_foundation_sdk.models.dashboard import Dashboard

    register_default_plugins()
    for board in BOARDS.values():
        read = Dashboard.from_json(board)
        assert keeps(json.loads(json.dumps(read, cls=encoder.JSONEncoder)), board)


def test_the_lines_of_objectives_are_at_the_tenants_own(db: Db, nights: dict[str, Db]) -> None:
    for key, value in (("slo_duration_min_per_1k", 61), ("slo_crawl_success", 0.51), ("slo_company_contactable", 0.41)):
        db.call("set_setting", key=key, value=Jsonb(value), tenant_id="alba")
    found = {}
    for board in BOARDS.values():
        for panel in panels(board):
            statement = panel["targets"][0]["rawSql"]
            if '"Objective"' not in statement:
                continue
            lines = {
                tenant: {float(row.Objective) for row in seen.rows(sent(statement, tenant))}
                for tenant, seen in nights.items()
            }
            found[panel["title"]] = (lines["alba"], lines["brisk"])
    assert found == {
        "Run duration": ({61}, {90}),
        "Crawl success and Tavily fallback": ({0.51}, {0.7}),
        "Verified e-mails": ({0.41}, {0.4}),
    }


def test_rates_of_several_runs_are_sums_over_sums() -> None:
    """No measure is a mean of rates, which would count a run of ten items as much as one of ten thousand."""
    measured = [panel["targets"][0]["rawSql"] for board in BOARDS.values() for panel in panels(board)]
    assert [statement for statement in measured if re.search(r"(avg|sum)\((\w+_)?rate\b", statement)] == []


def test_events_of_a_run_are_looked_for_in_the_partition_of_its_day_alone(db: Db, nights: dict[str, Db]) -> None:
    (events,) = [panel for panel in panels(BOARDS["latency"]) if panel["title"] == "Events of the run"]
    seen = nights["alba"]
    statement = sent(events["targets"][0]["rawSql"], "alba", run=newest_run(seen))
    plan = [text for (text,) in db.rows(f"explain (analyze, costs off, timing off) {statement}")]
    scans = [text for text in plan if re.search(r"Scan.* on run_event_logs_\d", text)]
    assert len(scans) >= 3, plan
    assert len([text for text in scans if "never executed" not in text]) == 1
