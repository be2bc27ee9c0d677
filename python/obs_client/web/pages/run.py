"""`/runs/{id}`: what happened in a run, where it was slow, who failed, what changed against the last good one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
from fastapi import APIRouter, Request, Response
from psycopg.rows import DictRow

from ...shown import likely_cause
from ...story import readable
from ..charts import Chart
from ..database import Connection
from ..rendering import Pages
from ..service import id_of, tenant_of

if TYPE_CHECKING:
    from typing_extensions import LiteralString

_USUAL = "select current_setting('statement_timeout') as timeout"
_SHORT = "select set_config('statement_timeout', '2000', true)"
_STATS = "select obs.run_stats(p_run_id => %s, p_tenant_id => %s) as stats"
MOMENTS = 500
_TIMELINE = "select * from obs.timeline(p_run_id => %s, p_tenant_id => %s) limit 501"  # one more than is shown
_CHANGED = """select * from (
        select e.*, row_number() over by_size as place, count(*) over (partition by e.measure) as parts
        from obs.explain(p_run_id => %s, p_tenant_id => %s) e
        where e.delta <> 0
        window by_size as (partition by e.measure order by abs(e.delta) desc, e.part, e.stage, e.vendor)
    ) e where e.place <= 12 order by e.measure, e.place"""
_TRACES = """select s.value #>> '{}' as template from obs.settings s
    where s.key = 'trace_url_template' and (s.tenant_id is null or s.tenant_id = %s)
    order by s.tenant_id nulls last limit 1"""
_OVERVIEW = """select candidates_post, shortlist_delivered, cost_usd, bucket_high, bucket_medium, bucket_low
    from obs.dash_tenant_overview where tenant_id = %s and run_id = %s"""
# What was found out about a later run of an alert is not told of this one.
_EVIDENCE = """select alert_id, evidence from obs.alerts
    where tenant_id = %s and alert_id = any(%s) and (run_id = %s or run_id is null)"""
_FORECAST = "select * from obs.run_forecast where tenant_id = %s and run_id = %s"


class RunPage:
    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def add_to(self, router: APIRouter) -> None:
        router.add_api_route("/runs/{run_id:path}", self.page, methods=["GET"])

    def page(self, request: Request, run_id: str) -> Response:
        run, tenant = id_of(request, "run_id", 1), tenant_of(request)
        with self._pages.asking(request) as conn:
            stats = (conn.execute(_STATS, (run, tenant)).fetchone() or {})["stats"]
            of = (run, stats["run"]["tenant_id"])
            traces = (conn.execute(_TRACES, of[1:]).fetchone() or {}).get("template")
            timeline = _in_time(conn, _TIMELINE, of)
            changed = _in_time(conn, _CHANGED, of)
            forecast = _forecast(conn, stats["run"])
            overview = _in_time(conn, _OVERVIEW, (of[1], run))
            numbers = [alert["alert_id"] for alert in stats["alerts"]]
            evidence = conn.execute(_EVIDENCE, (of[1], numbers, run)).fetchall() if numbers else []
        failing = [vendor for vendor in stats["vendors"] if vendor["errors"]]
        return self._pages.render(
            request,
            "run.html",
            title=f"Run {run}",
            run=stats["run"],
            stats=stats,
            trace_template=traces,
            timeline=None if timeline is None else readable(timeline[:MOMENTS]),
            is_cut=len(timeline or ()) > MOMENTS,
            told=[one["what"] for one in timeline or () if one["kind"] == "change"],
            changed=changed,
            overview=overview[0] if overview else None,
            causes={one["alert_id"]: likely_cause(one["evidence"]) for one in evidence},
            forecast=forecast,
            failing=sorted(failing, key=lambda one: -one["errors"]),
            charts=_charts(stats),
        )


def _in_time(conn: Connection, query: LiteralString, of: tuple[str, str]) -> list[DictRow] | None:
    """Rows that the page can do without; None when they take too long."""
    try:
        with conn.transaction():
            usual = conn.execute(_USUAL).fetchone() or {}
            conn.execute(_SHORT)
            rows = conn.execute(query, of).fetchall()
            conn.execute("select set_config('statement_timeout', %s, true)", (usual["timeout"],))
            return rows
    except psycopg.errors.QueryCanceled:
        return None


def _forecast(conn: Connection, run: dict[str, Any]) -> dict[str, Any] | None:
    if run["status"] != "running":
        return None
    return conn.execute(_FORECAST, (run["tenant_id"], run["run_id"])).fetchone()


def _charts(stats: dict[str, Any]) -> list[Chart]:
    stages = stats["stages"]
    names = [stage["stage"] for stage in stages]
    percentiles = {f"p{q}": [stage[f"p{q}_ms"] for stage in stages] for q in (50, 95, 99)}
    vendors = [vendor for vendor in stats["vendors"] if vendor["cost_usd"] is not None]
    return [
        Chart("Time an item takes", "ms", names, percentiles, x_title="stage"),
        Chart(
            "Cost by vendor",
            "US dollars",
            [vendor["vendor"] for vendor in vendors],
            {"cost": [vendor["cost_usd"] for vendor in vendors]},
            x_title="vendor",
            digits=4,
        ),
    ]
