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


class SloPage:
    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def add_to(self, router: APIRouter) -> None:
        router.add_api_route("/slo", self.page, methods=["GET"])

    def page(self, request: Request) -> Response:
        of = {"tenant": tenant_of(request)}
        with self._pages.service.asking(request) as conn:
            check_tenant(conn, of["tenant"])
            slos = conn.execute(_SLOS, of).fetchall()
        shown = sorted(
            (row for row in slos if row["spent"] is not None), key=lambda row: (row["slo"], row["tenant_id"])
        )
        x, series, left_out = by_series(
            shown, lambda row: str(row["title"]), lambda row: str(row["tenant_id"]), "spent"
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
        return self._pages.render(request, "slo.html", title="Objectives", slos=slos, charts=[chart], counts=counts)
