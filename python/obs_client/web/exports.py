"""CSV out of the database as it comes, so that a million rows take no more memory than a page of them.

The first rows are read before the answer begins, so that an unknown run or one whose events are gone is a status, and
not half a file. Few run at once, since each holds a connection, and of a role one: who reads slowly holds it for long.
"""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import ExitStack

import anyio
from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from .. import export, qa
from .database import Connection
from .problems import Problem, not_found
from .service import Service, an_id, tenant_of

ROWS_AT_ONCE = 500
_Rows = Callable[[Connection], Generator[bytes, None, None]]


class Exports:
    """The CSV endpoints of one service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._places = _Places(service.options.exports_at_once)

    def run_events(self, request: Request) -> Response:
        """A run's raw events; 410 once they have passed their window."""
        if not (run := request.query_params.get("run_id", "")):
            raise Problem(400, "Which run? Say ?run_id=.")
        run, tenant = an_id(run), tenant_of(request)
        return self._answer(request, f"run_events_{run}.csv", lambda conn: export.run_events(conn, run, tenant))

    def qa(self, request: Request) -> Response:
        """Samples that wait for a reviewer, as `obs qa import` takes them back; with ?all=true all of them."""
        asked = request.query_params
        run, tenant = asked.get("run_id") or None, tenant_of(request)
        if (every := asked.get("all", "false")) not in ("true", "false"):
            raise Problem(400, "all is true or false.")
        name = f"qa_{an_id(run)}.csv" if run else "qa.csv"
        return self._answer(request, name, lambda conn: _samples(conn, run, tenant, every == "true"))

    def _answer(self, request: Request, name: str, rows: _Rows) -> Response:
        grant = self._service.grant(request)
        if full := self._places.take(grant.role):
            raise Problem(503, f"{full}: try again in a minute.", {"Retry-After": "60"})
        held = ExitStack()
        held.callback(self._places.give_back, grant.role)
        try:
            timeout = self._service.options.export_timeout_ms
            conn = held.enter_context(self._service.db.asking(grant, timeout_ms=timeout))
            chunks = rows(conn)
            held.callback(chunks.close)
            first = next(chunks, b"")
        except BaseException as error:
            # What holds the connection must see how it ended, or it would wait for the rest of the transaction.
            held.__exit__(type(error), error, error.__traceback__)
            raise
        return _Export(first, chunks, held, _safe(name), timeout / 1000)


class _Places:
    """Who exports just now: each role at most once."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._roles: set[str] = set()
        self._changed = threading.Condition()

    def take(self, role: str) -> str:
        """Nothing, or why there is no place, even in half a second."""
        with self._changed:
            if not self._changed.wait_for(lambda: not self._full(role), timeout=0.5):
                return self._full(role)
            self._roles.add(role)
            return ""

    def give_back(self, role: str) -> None:
        with self._changed:
            self._roles.discard(role)
            self._changed.notify_all()

    def _full(self, role: str) -> str:
        if role in self._roles:
            return "Another export of your role is under way"
        return "Other exports are under way" if len(self._roles) >= self._number else ""


class _Export(StreamingResponse):
    """Gives back the connection when it ends, however it ends; who has stopped reading is left after a time."""

    def __init__(
        self, first: bytes, chunks: Generator[bytes, None, None], held: ExitStack, name: str, longest_s: float
    ) -> None:
        self._held = held
        self._longest_s = longest_s
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        super().__init__(
            _streamed(first, chunks), headers=headers, media_type="text/csv; charset=utf-8; header=present"
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with anyio.move_on_after(self._longest_s):
                await super().__call__(scope, receive, send)
        finally:
            with anyio.CancelScope(shield=True):
                await run_in_threadpool(self._held.close)


async def _streamed(first: bytes, chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    chunk = first
    while chunk:
        yield chunk
        chunk = await run_in_threadpool(next, chunks, b"")


def _samples(conn: Connection, run: str | None, tenant: str | None, every: bool) -> Generator[bytes, None, None]:
    rows = qa.exported(conn, run, tenant, every)
    try:
        while piece := "".join(itertools.islice(rows, ROWS_AT_ONCE)):
            yield piece.encode()
    except qa.QaScopeError:
        raise not_found() from None


def _safe(name: str) -> str:
    """A file's name that no header and no file system minds."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)[:160]
