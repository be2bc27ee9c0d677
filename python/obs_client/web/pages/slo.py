"""`/slo`: how each tenant stands against its objectives, how sure that is, and what is left of the budget."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from ..charts import Chart, by_series
from ..rendering import Pages
from ..service import tenant_of
from .parameters import check_tenant

_SLOS = """select * from obs.slo_status
    where (%(tenant)s::text is null or tenant_id = %(tenant)s)
    order by case state when 'breach' then 1 when 'no_data' then 3 else 2 end, tenant_id, slo"""
# The alert about an objective has it for its subject.
_ALERTS = """select tenant_id, subject, alert_id from obs.alert_active
    where alert_code = 'SL-08' and not is_simulation and (%(tenant)s::text is null or tenant_id = %(tenant)s)"""
NIGHTS = 50
_NIGHTS = f"""select tenant_id, night, kind, run_id, status from obs.slo_nights
    where not succeeded and at > obs.now() - interval '60 days' and tenant_id = any(%s)
    order by at desc, tenant_id, run_id limit {NIGHTS}"""
_OF_NIGHTS = ("run_success_50", "run_success_30d")


class SloPage:
    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def add_to(self, router: APIRouter) -> None:
        router.add_api_route("/slo", self.page, methods=["GET"])

    def page(self, request: Request) -> Response:
        of = {"tenant": tenant_of(request)}
        with self._pages.asking(request) as conn:
            check_tenant(conn, of["tenant"])
            slos = conn.execute(_SLOS, of).fetchall()
            alerts = conn.execute(_ALERTS, of).fetchall()
            breached = sorted({x["tenant_id"] for x in slos if x["state"] == "breach" and x["slo"] in _OF_NIGHTS})
            nights = conn.execute(_NIGHTS, (breached,)).fetchall() if breached else []
        shown = sorted(
            (row for row in slos if row["spent"] is not None), key=lambda row: (row["slo"], row["tenant_id"])
        )
        x, series, left_out = by_series(
            shown, lambda row: f"{row['title']}, {row['over']}", lambda row: str(row["tenant_id"]), "spent"
        )
        chart = Chart(
            "Budget spent; above 1 is a breach",
            "share of the budget",
            x,
            series,
            left_out=left_out,
            x_title="objective",
            digits=2,
        )
        counts = {state: sum(row["state"] == state for row in slos) for state in ("breach", "ok", "no_data")}
        return self._pages.render(
            request,
            "slo.html",
            title="Objectives",
            slos=slos,
            charts=[chart],
            counts=counts,
            nights=nights,
            is_cut=len(nights) == NIGHTS,
            alert_of={(one["tenant_id"], one["subject"]): one["alert_id"] for one in alerts},
        )
