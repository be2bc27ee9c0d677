"""Pages out of templates: what every page knows, and how values are written."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, PackageLoader
from markupsafe import Markup, escape

from ..explained import MEASURES, driver, signed, where
from ..shown import (
    budget,
    duration,
    likely_cause,
    milliseconds,
    minutes,
    moment,
    number,
    percent,
    short,
    stamp,
    too_few,
    trace_address,
    trend,
    usd,
    web_address,
    words,
)
from .database import Connection
from .headers import secured
from .problems import Problem, Unauthorized, problem_of
from .service import BY_ID, Service
from .static import style_marks, version_of

TITLES = {
    400: "That cannot be read",
    401: "Log in",
    403: "Not yours to do",
    404: "Not found",
    405: "Not possible here",
    409: "Not possible as asked",
    410: "Gone",
    413: "Too large",
    500: "Something went wrong",
    503: "Try again soon",
}


# What the role of who asks may do, as far as pages lead there.
_MAY = """select pg_catalog.has_table_privilege('obs.dash_tenant_overview', 'select') as runs,
    pg_catalog.has_table_privilege('obs.slo_status', 'select') as objectives,
    pg_catalog.has_table_privilege('obs.qa_worklist', 'select') as qa,
    pg_catalog.has_function_privilege('obs.qa_claim(int, text, text)', 'execute') as review,
    pg_catalog.has_function_privilege('obs.runbook_steps(bigint)', 'execute') as alerts,
    pg_catalog.has_function_privilege('obs.run_events_csv(text, text)', 'execute') as events"""
ALL = dict.fromkeys(("runs", "objectives", "qa", "review", "alerts", "events"), True)


class Pages:
    """Renders the templates for one service."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._env = Environment(
            loader=PackageLoader("obs_client.web"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._env.filters.update(
            number=number,
            percent=percent,
            short=short,
            moment=moment,
            stamp=stamp,
            json=script_json,
            web=web_address,
            ms=milliseconds,
            minutes=minutes,
            duration=duration,
            usd=usd,
            words=words,
            trend=trend,
            coded=coded,
        )
        self._env.globals.update(
            run_path=run_path,
            sample_path=sample_path,
            style_marks=style_marks,
            trace_address=trace_address,
            budget=budget,
            too_few=too_few,
            likely_cause=likely_cause,
            measures=MEASURES,
            driver=driver,
            signed=signed,
            where=where,
            version_of=version_of,
        )

    @contextmanager
    def asking(self, request: Request) -> Iterator[Connection]:
        """A read-only transaction in the name of who asks; the page shows no link that its role may not follow."""
        with self.service.asking(request) as conn:
            request.state.may = conn.execute(_MAY).fetchone()
            yield conn

    def render(self, request: Request, template: str, status: int = 200, /, **values: Any) -> HTMLResponse:
        root = request.scope.get("root_path", "").rstrip("/")
        try:
            role = self.service.grant(request).role
        except Unauthorized:
            role = None
        # Who asks with a header has no session, whatever cookie comes along.
        session = "" if "authorization" in request.headers else self.service.cookie(request)
        shared = {
            "root": root,
            "role": role,
            "form_key": self.service.signer.form_key(session) if session else "",
            "here": request.scope["path"].removeprefix(root),
            "return_to": "",
            "reload": False,
            "may": getattr(request.state, "may", None) or ALL,
        }
        return HTMLResponse(self._env.get_template(template).render({**shared, **values}), status)

    def problem(self, request: Request, problem: Problem) -> Response:
        """The problem as a page; somebody who is not logged in gets the form for it."""
        if isinstance(problem, Unauthorized):
            return self.login(request, problem)
        title = TITLES.get(problem.status, "That did not work")
        response = self.render(request, "problem.html", problem.status, title=title, problem=problem)
        response.headers.update(problem.headers)
        return response

    def login(self, request: Request, problem: Problem | None = None, return_to: str | None = None) -> Response:
        """The login form, in a session of its own until somebody logs in.

        A link in a chat leads here although its reader has a session, since a SameSite=Strict cookie stays away from
        requests that other sites begin. The page then asks once more, as this site.
        """
        if return_to is None:
            query = f"?{request.url.query}" if request.url.query else ""
            path = request.scope.get("raw_path", b"/").split(b"?")[0].decode("latin-1")
            return_to = (
                path.removeprefix(request.scope.get("root_path", "")) + query if request.method == "GET" else "/"
            )
        from_elsewhere = request.headers.get("sec-fetch-site") == "cross-site" and request.method == "GET"
        before = self.service.cookie(request, before_login=True) or secrets.token_urlsafe(24)
        response = self.render(
            request,
            "login.html",
            problem.status if problem else 200,
            title=TITLES[401],
            problem=problem,
            role=None,
            return_to=return_to,
            form_key=self.service.signer.form_key(before),
            reload=from_elsewhere and not self.service.cookie(request),
        )
        self.service.set_cookie(request, response, before, None, before_login=True)
        if problem:
            response.headers.update(problem.headers)
        return response

    def go(self, request: Request, path: str) -> Response:
        root = request.scope.get("root_path", "").rstrip("/")
        return RedirectResponse(f"{root}{path}", 303)

    def route_class(self) -> type[APIRoute]:
        """A route whose problems are pages."""
        pages = self

        class PageRoute(APIRoute):
            def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
                handler = super().get_route_handler()

                async def answered(request: Request) -> Response:
                    try:
                        response = await handler(request)
                    except Exception as error:
                        response = pages.problem(request, problem_of(error))
                    secured(response.headers)
                    return response

                return answered

        return PageRoute


def run_path(tenant_id: str, run_id: str) -> str:
    return _path("/runs", {"run_id": run_id}, tenant_id)


def sample_path(tenant_id: str, run_id: str, company_id: str) -> str:
    return _path("/qa", {"run_id": run_id, "company_id": company_id}, tenant_id)


def _path(begin: str, ids: Mapping[str, str], tenant_id: str) -> str:
    """The ids as parts of the path; in the query where one is a dot or two, which browsers take out of a path."""
    more = {"tenant_id": tenant_id}
    if not {".", ".."}.isdisjoint(ids.values()):
        return f"{begin}{f'/{BY_ID}' * len(ids)}?{urlencode({**ids, **more})}"
    return f"{begin}/{'/'.join(quote(one, safe='') for one in ids.values())}?{urlencode(more)}"


def coded(text: str) -> Markup:
    """Words between backticks as code, all else as it is."""
    parts = str(text).split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if at % 2 else escape(part) for at, part in enumerate(parts)
    )


def script_json(value: Mapping[str, Any] | list[Any]) -> Markup:
    """JSON that may stand inside a script element: nothing in it ends the element."""
    text = json.dumps(value, ensure_ascii=False, default=_plain, allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        if abs(value) >= 10**100:  # of a metric that means nothing; JSON and the chart would choke on it
            return None
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dt.datetime):
        return stamp(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(type(value).__name__)
