"""Logging in and out: a token becomes a cookie that scripts cannot read and other sites cannot send."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from ..problems import Problem, Unauthorized
from ..rendering import Pages
from ..service import local_path
from ..tokens import BadTokenError

_BAD = "This token is not good, or no longer: `obs token` makes another."


class Session:
    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._service = pages.service

    def add_to(self, router: APIRouter) -> None:
        router.add_api_route("/login", self.form, methods=["GET"])
        router.add_api_route("/login", self.log_in, methods=["POST"])
        router.add_api_route("/logout", self.log_out, methods=["POST"])

    def form(self, request: Request) -> Response:
        return self._pages.login(request, return_to=local_path(request.query_params.get("next", "/")))

    def log_in(
        self,
        request: Request,
        token: Annotated[str, Form()] = "",
        form_key: Annotated[str, Form()] = "",
        return_to: Annotated[str, Form()] = "/",
    ) -> Response:
        service = self._service
        back = local_path(return_to)
        try:
            service.check_form(request, form_key, before_login=True)
            grant = service.signer.read_token(token.strip())
            with service.db.asking(grant):
                pass
        except BadTokenError:
            return self._pages.login(request, Unauthorized(_BAD), return_to=back)
        except Unauthorized as problem:
            return self._pages.login(request, problem, return_to=back)
        except Problem as problem:
            if problem.status != 403:
                raise
            return self._pages.login(request, problem, return_to=back)
        longest = service.options.session_s
        response = self._pages.go(request, back)
        service.set_cookie(request, response, service.signer.session(grant, longest), min(grant.seconds_left, longest))
        service.drop_cookie(request, response, before_login=True)
        return response

    def log_out(self, request: Request, form_key: Annotated[str, Form()] = "") -> Response:
        self._service.check_form(request, form_key)
        response = self._pages.go(request, "/login")
        self._service.drop_cookie(request, response)
        return response
