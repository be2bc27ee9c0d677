"""The application of `obs serve`, and the router for the host's."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI, Request, Response
from starlette.exceptions import HTTPException

from . import static
from .api import Api, ApiRoute, ExistingStatus, problem_json
from .headers import Guard
from .options import Options
from .pages.alert import AlertPage
from .pages.overview import Overview
from .pages.qa import QaPages
from .pages.run import RunPage
from .pages.session import Session
from .pages.slo import SloPage
from .problems import NOT_FOUND, Problem
from .rendering import Pages
from .service import Service

_FOR_PROGRAMS = ("/shortlist/", "/export/", "/metrics", "/healthz")


def router(
    options: Options, *, shortlist_status: bool = True, existing_status: ExistingStatus | None = None
) -> APIRouter:
    """The endpoints for programs, to be mounted in the host's app; its connections open and close with that app.

    GET /shortlist/status is the host's own where it has one: `shortlist_status=False` with `extend_status` there, or
    `existing_status`, called with the request, which gives what this answer then extends. That way it asks for a token
    of obs, as all of these do; while the database is away the host's fields stay, and the four are null.
    """
    _check_status(existing_status)
    service = Service(options)

    @asynccontextmanager
    async def opened(_: object) -> AsyncIterator[None]:
        service.db.open()
        try:
            yield
        finally:
            service.db.close()

    made = APIRouter(route_class=ApiRoute, lifespan=opened)
    Api(service, existing_status).add_to(made, shortlist_status=shortlist_status)
    return made


def _check_status(existing_status: ExistingStatus | None) -> None:
    """TypeError now, instead of an answer 500 at the first request."""
    if existing_status is None:
        return
    try:
        if inspect.iscoroutinefunction(existing_status):
            raise TypeError("it is asynchronous")
        inspect.signature(existing_status).bind(None)
    except ValueError:  # of something built in, which does not say
        return
    except TypeError as error:
        raise TypeError(
            f"existing_status is called with the request and returns a mapping, like lambda request: {{...}}: {error}"
        ) from None


def create_app(options: Options) -> FastAPI:
    """Endpoints and pages."""
    static.plotly_file()
    service = Service(options)
    pages = Pages(service)

    @asynccontextmanager
    async def opened(_: FastAPI) -> AsyncIterator[None]:
        service.db.open()
        try:
            yield
        finally:
            service.db.close()

    app = FastAPI(title="obs", docs_url=None, redoc_url=None, openapi_url=None, lifespan=opened, redirect_slashes=False)
    programs = APIRouter(route_class=ApiRoute)
    Api(service).add_to(programs)
    people = APIRouter(route_class=pages.route_class(), include_in_schema=False)
    for page in (Session, Overview, AlertPage, QaPages, SloPage, RunPage):
        page(pages).add_to(people)
    for part in (static.router(), programs, people):
        app.include_router(part)

    @app.exception_handler(HTTPException)
    async def elsewhere(request: Request, error: HTTPException) -> Response:
        """What no route takes."""
        sentence = NOT_FOUND if error.status_code == 404 else "This address does not take that method."
        problem = Problem(error.status_code, sentence, error.headers)
        if request.url.path.startswith(_FOR_PROGRAMS):
            return problem_json(problem)
        return pages.problem(request, problem)

    app.add_middleware(Guard, hosts=options.hosts, max_body_bytes=options.max_body_bytes)
    return app
