"""`/`: the runs of a stretch of days, their charts, and the alerts that are not over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from ..charts import Chart, Row, by_series, columns
from ..database import Connection
from ..problems import Problem
from ..rendering import Pages
from ..service import tenant_of
from .parameters import PER_PAGE, day, paging

DAYS = 30
MAX_DAYS = 400

_MAY = "select pg_catalog.has_table_privilege('obs.dash_tenant_overview', 'select') as may"
_TENANTS = "select t.tenant_id from obs.tenants t order by t.tenant_id"
_NEWEST = """select max(obs._night(r.started_at, t.time_zone)) as day
    from obs.enrichment_runs r join obs.tenants t on t.tenant_id = r.tenant_id
    where not r.is_simulation and (%(tenant)s::text is null or r.tenant_id = %(tenant)s)"""
# Nights by each tenant's clock: two days more on either side hold them, whatever its zone. Casts, since the comparison
# with a date is not leakproof: the planner would know nothing of how many rows it finds.
_WINDOW = """started_at >= %(from)s::timestamptz - interval '2 days' and night >= %(from)s
    and started_at < %(until)s::timestamptz + interval '2 days' and night < %(until)s
    and (%(tenant)s::text is null or tenant_id = %(tenant)s)"""
# All of the days at once, charts, totals and the page of the list: to ask for that page besides takes as long again.
_RUNS = f"select * from obs.dash_tenant_overview where {_WINDOW} order by started_at desc, tenant_id, run_id"
_VENDORS = f"""select night, vendor, cost_usd from obs.dash_vendor_usage
    where {_WINDOW} order by started_at, tenant_id, run_id, vendor"""
_QUALITY = f"select * from obs.dash_quality where {_WINDOW} order by started_at, tenant_id, run_id"
_LATENCY = f"""select night, stage, p95_ms from obs.dash_latency
    where {_WINDOW} order by started_at, tenant_id, run_id, stage"""
_ALERTS = """select alert_id, tenant_id, alert_code, title, severity, state, subject, run_id, summary, fired_at,
        acked_by, is_simulation
    from obs.alert_active
    where (%(tenant)s::text is null or tenant_id = %(tenant)s)
    order by case severity when 'page' then 1 when 'warning' then 2 else 3 end, fired_at desc
    limit 100"""
_FORECAST = """select * from obs.run_forecast where (%(tenant)s::text is null or tenant_id = %(tenant)s)
    order by started_at"""


class Overview:
    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def add_to(self, router: APIRouter) -> None:
        router.add_api_route("/", self.page, methods=["GET"])

    def page(self, request: Request) -> Response:
        tenant = tenant_of(request)
        asked = {"tenant": tenant, "from": day(request, "from"), "until": day(request, "to")}
        with self._pages.asking(request) as conn:
            if not _one(conn, _MAY)["may"]:
                return self._pages.go(request, "/qa")
            tenants = [row["tenant_id"] for row in conn.execute(_TENANTS)]
            if tenant is not None and tenant not in tenants:
                raise Problem(404, "There is no such tenant, or it is not yours to see.")
            window = _window(conn, asked)
            runs = conn.execute(_RUNS, window).fetchall()
            paged = paging(request, len(runs))
            alerts = conn.execute(_ALERTS, window).fetchall()
            forecasts = conn.execute(_FORECAST, window).fetchall()
            chosen = tenant or (tenants[0] if len(tenants) == 1 else None)
            charts = _charts(conn, runs, window, chosen)
        return self._pages.render(
            request,
            "overview.html",
            title=f"Runs of {chosen}" if chosen else "Runs",
            tenants=tenants,
            chosen=tenant,
            day_from=window["from"],
            day_to=window["until"] - dt.timedelta(days=1),
            totals=_totals(runs),
            runs=runs[paged.offset : paged.offset + PER_PAGE],
            paged=paged,
            alerts=alerts,
            forecasts=forecasts,
            charts=charts,
        )


def _window(conn: Connection, asked: dict[str, Any]) -> dict[str, Any]:
    """From the first night up to the one after the last; the nights up to the newest run where none are given."""
    last = asked["until"] or _one(conn, _NEWEST, asked)["day"] or dt.datetime.now(dt.timezone.utc).date()
    first = asked["from"] or last - dt.timedelta(days=DAYS - 1)
    if first > last:
        raise Problem(400, f"from {first} is after to {last}.")
    if (last - first).days > MAX_DAYS:
        raise Problem(400, f"{(last - first).days} days are too many for a page: {MAX_DAYS} at most.")
    return {**asked, "from": first, "until": last + dt.timedelta(days=1)}


def _charts(conn: Connection, runs: Sequence[Row], window: dict[str, Any], chosen: str | None) -> list[Chart]:
    """One series a tenant; what is many to a run is drawn for one tenant."""
    ordered = list(reversed(runs))
    made = []
    for title, unit, column, more in (
        ("Shortlist delivered", "companies", "shortlist_delivered", {}),
        ("Success rate", "share of items", "success_rate", {"share": True, "kind": "line"}),
        (
            "Minutes per 1,000 companies",
            "minutes",
            "duration_min_per_1k",
            {"kind": "line", "target": _target(runs), "digits": 2},
        ),
        ("Cost", "US dollars", "cost_usd", {"digits": 4}),
    ):
        x, series, left_out = by_series(ordered, _night, "tenant_id", column, sorted_x=True)
        made.append(Chart(title, unit, x, series, left_out=left_out, x_title="night", **more))
    if chosen is None:
        return made
    names = {"share_high": "High", "share_medium": "Medium", "share_low": "Low", "share_unscored": "unscored"}
    scored = [{**row, "at": _night(row)} for row in ordered]
    x, series = columns(scored, "at", names)
    made.append(Chart("Buckets", "share of companies", x, series, stacked=True, share=True, x_title="night"))
    x, series, left_out = by_series(conn.execute(_VENDORS, window).fetchall(), _night, "vendor", "cost_usd")
    made.append(
        Chart("Cost by vendor", "US dollars", x, series, stacked=True, left_out=left_out, x_title="night", digits=4)
    )
    quality = [{**row, "at": _night(row)} for row in conn.execute(_QUALITY, window).fetchall()]
    rates = {
        "email_verified_rate": "e-mails verified",
        "company_contactable_rate": "companies contactable",
        "qa_pass_rate": "QA passed",
    }
    x, series = columns(quality, "at", rates)
    made.append(Chart("Quality", "share", x, series, kind="line", share=True, x_title="night"))
    x, series, left_out = by_series(conn.execute(_LATENCY, window).fetchall(), _night, "stage", "p95_ms")
    made.append(Chart("p95 of each stage", "ms", x, series, kind="line", left_out=left_out, x_title="night"))
    return made


def _night(row: Row) -> str:
    """Where a run stands on the axis; a second run of that night stands beside it."""
    return str(row["night"])


def _target(runs: Sequence[Row]) -> float | None:
    """The objective, where that of all these runs is the same."""
    found = {row["duration_target_min_per_1k"] for row in runs}
    return float(found.pop()) if len(found) == 1 else None


def _totals(runs: Sequence[Row]) -> dict[str, Any]:
    """Sums over all runs of the stretch; rates are sums over sums, nothing of nothing is None."""

    def total(column: str) -> Any:
        found = [row[column] for row in runs if row[column] is not None]
        return sum(found) if found else None

    items, success = total("items_total"), total("items_success")
    return {
        "runs": len(runs),
        "failed": sum(row["status"] in ("error", "crashed") for row in runs),
        "delivered": total("shortlist_delivered"),
        "success_rate": success / items if items else None,
        "cost_usd": total("cost_usd"),
        "unpriced": total("unpriced_calls"),
    }


def _one(conn: Connection, query: str, values: dict[str, Any] | None = None) -> dict[str, Any]:
    return conn.execute(query, values).fetchone() or {}
