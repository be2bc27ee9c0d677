"""The endpoints for programs: the SQL functions over HTTP, with their JSON and nothing more."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from .exports import Exports
from .headers import secured
from .problems import RETRY_AFTER_S, Problem, problem_of
from .service import Service, id_of, tenant_of
from .status import extended, last_run

ExistingStatus = Callable[[Request], Mapping[str, Any]]
_OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
_STATS = "select obs.run_stats(p_run_id => %s, p_tenant_id => %s) as stats"
_METRICS = "select obs.metrics_text() as text"


class ApiRoute(APIRoute):
    """A route whose problems are one sentence in JSON, in whatever app it is mounted."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                response = await handler(request)
            except Exception as error:
                response = problem_json(problem_of(error))
            secured(response.headers)
            return response

        return answered


def problem_json(problem: Problem) -> Response:
    return JSONResponse({"error": problem.sentence}, problem.status, problem.headers)


class Api:
    """The endpoints of one service."""

    def __init__(self, service: Service, existing_status: ExistingStatus | None = None) -> None:
        self._service = service
        self._existing_status = existing_status
        self._exports = Exports(service)

    def add_to(self, router: APIRouter, *, shortlist_status: bool = True) -> None:
        add = router.add_api_route
        if shortlist_status:
            add("/shortlist/status", self.shortlist_status, response_model=None, summary="The last run of a tenant")
        add("/runs/{run_id:path}/stats", self.run_stats, response_model=None, summary="The numbers of a run")
        add("/export/run_events.csv", self._exports.run_events, response_model=None, summary="A run's events as CSV")
        add("/export/qa.csv", self._exports.qa, response_model=None, summary="QA samples as CSV")
        add("/metrics", self.metrics, response_model=None, summary="OpenMetrics")
        add("/healthz", self.healthz, response_model=None, summary="Whether server and database answer")

    def shortlist_status(self, request: Request) -> Response:
        """What the host says already, and the last run: four fields more, null while the database is away."""
        tenant = tenant_of(request)
        try:
            with self._service.asking(request) as conn:
                found = last_run(conn, tenant)
        except Exception as error:
            if self._existing_status is None or problem_of(error).status != 503:
                raise
            found = {}
        if self._existing_status is None:
            return JSONResponse(found)
        return JSONResponse(extended(self._existing_status(request), found))

    def run_stats(self, request: Request, run_id: str) -> Response:
        """obs.run_stats; the ETag changes when any of it does."""
        run, tenant = id_of(request, "run_id", 2), tenant_of(request)
        with self._service.asking(request) as conn:
            row = conn.execute(_STATS, (run, tenant)).fetchone()
        stats = row["stats"] if row else {}
        etag = '"' + "".join(part for part in str(stats.get("etag", "")) if part.isalnum() or part in "-_.") + '"'
        headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie"}
        if _matches(request.headers.get("if-none-match", ""), etag):
            return Response(status_code=304, headers=headers)
        return Response(json.dumps(stats, ensure_ascii=False), headers=headers, media_type="application/json")

    def metrics(self, request: Request) -> Response:
        """obs.metrics_text, for Prometheus and its kin."""
        with self._service.asking(request) as conn:
            row = conn.execute(_METRICS).fetchone()
        return Response(row["text"] if row else "# EOF\n", headers={"Content-Type": _OPENMETRICS})

    def healthz(self) -> Response:
        """200 when the database answers too, else 503; says nothing else, to anybody."""
        if self._service.db.is_up():
            return JSONResponse({"status": "ok", "database": "up"})
        return JSONResponse({"status": "degraded", "database": "away"}, 503, {"Retry-After": str(RETRY_AFTER_S)})


def _matches(header: str, etag: str) -> bool:
    given = [one.strip().removeprefix("W/") for one in header.split(",")]
    return "*" in given or etag in given
