"""What all endpoints share: who asks, in which transaction, and which session a form belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, unquote, urlsplit

from starlette.requests import Request
from starlette.responses import Response

from .database import Connection, Database
from .options import Options
from .problems import Problem, Unauthorized, not_found
from .tokens import BadTokenError, Grant, Signer

_MAX_ID = 128
BY_ID = "by-id"  # stands in a path for an id that the query has
_EXPIRED = "The token is not good, or no longer: `obs token` makes another."


class Service:
    """One server's options, connections and signer."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.db = Database(options)
        self.signer = Signer(options.secret)

    def grant(self, request: Request) -> Grant:
        """Who asks: by the Authorization header if there is one, else by the session's cookie."""
        header = request.headers.get("authorization")
        if header is None:
            if not (cookie := self.cookie(request)):
                raise Unauthorized
            try:
                return self.signer.read_session(cookie)
            except BadTokenError:
                raise Unauthorized(_EXPIRED) from None
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthorized("This takes Authorization: Bearer TOKEN.")
        try:
            return self.signer.read_token(token.strip())
        except BadTokenError:
            raise Unauthorized(_EXPIRED) from None

    @contextmanager
    def asking(self, request: Request) -> Iterator[Connection]:
        """A read-only transaction in the name of who asks."""
        with self.db.asking(self.grant(request)) as conn:
            yield conn

    @contextmanager
    def changing(self, request: Request, form_key: str) -> Iterator[Connection]:
        """A transaction that may write, for a form that belongs to the session: the form's key and the role come from
        the same cookie."""
        if "authorization" in request.headers:
            raise Problem(401, "Forms are for a session in a browser: send them without an Authorization header.")
        grant = self.grant(request)
        self.check_form(request, form_key)
        with self.db.asking(grant, write=True) as conn:
            yield conn

    def check_form(self, request: Request, form_key: str, *, before_login: bool = False) -> None:
        """403 for a form that was not made for this session."""
        cookie = self.cookie(request, before_login=before_login)
        if not cookie or not self.signer.form_key_fits(cookie, form_key):
            raise Problem(
                403, "This form does not belong to your session: load the page again, and send it from there."
            )

    def cookie(self, request: Request, *, before_login: bool = False) -> str:
        return request.cookies.get(self._cookie_name(request, before_login), "")

    def _cookie_name(self, request: Request, before_login: bool) -> str:
        name = "obs_login" if before_login else "obs_session"
        return f"__Host-{name}" if self.secure(request) else name

    def secure(self, request: Request) -> bool:
        return request.url.scheme == "https" if self.options.secure is None else self.options.secure

    def set_cookie(
        self, request: Request, response: Response, value: str, seconds: int | None, *, before_login: bool = False
    ) -> None:
        response.set_cookie(
            self._cookie_name(request, before_login),
            value,
            max_age=seconds,
            path="/",
            httponly=True,
            samesite="strict",
            secure=self.secure(request),
        )

    def drop_cookie(self, request: Request, response: Response, *, before_login: bool = False) -> None:
        self.set_cookie(request, response, "", 0, before_login=before_login)


def segments(request: Request) -> list[str]:
    """The parts of the path, each decoded by itself: ids may hold a slash."""
    raw: bytes = request.scope.get("raw_path") or quote(request.scope["path"]).encode()
    return [unquote(part) for part in raw.split(b"?")[0].decode("latin-1").split("/")]


def an_id(text: str) -> str:
    """An id as one can be; what cannot be one is as unknown as any other."""
    if not 1 <= len(text) <= _MAX_ID or not text.isprintable():
        raise not_found()
    return text


def id_of(request: Request, name: str, place: int) -> str:
    """An id of the path, the parts counted from its end; where that is `by-id` of the query, if it has one."""
    part = segments(request)[-place]
    return an_id((request.query_params.get(name) or part) if part == BY_ID else part)


def tenant_of(request: Request) -> str | None:
    """The parameter tenant_id, if it is given."""
    given = request.query_params.get("tenant_id")
    return an_id(given) if given else None


def local_path(given: str) -> str:
    """A path of this server; the front page for anything else."""
    plain = given.startswith("/") and not given.startswith("//") and len(given) <= 1_000
    if not plain or "\\" in given or not given.isprintable() or " " in given or not given.isascii():
        return "/"
    parts = urlsplit(given)
    return given if not parts.netloc and not parts.scheme else "/"
