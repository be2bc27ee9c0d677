"""What every answer says to browsers, and the guard that stands before everything: host, size of the body."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
SECURITY = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}


def secured(headers: MutableHeaders) -> None:
    """Adds what is missing; an answer may say otherwise itself."""
    for name, value in SECURITY.items():
        headers.setdefault(name, value)


class Guard:
    """Refuses other hosts, and bodies that are too large before they are read; adds the headers to whatever leaves."""

    def __init__(self, app: ASGIApp, hosts: tuple[str, ...], max_body_bytes: int) -> None:
        self._app = app
        self._hosts = frozenset(hosts)
        self._max = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        sending = _adding_headers(send)
        if _name(given.get("host", "")) not in self._hosts:
            await _refuse(400, "This server does not answer to that Host header.")(scope, receive, sending)
            return
        length = given.get("content-length", "0")
        if not length.isdecimal() or len(length) > 15 or int(length) > self._max:
            await self._too_large(scope, receive, sending)
            return
        counted = _Counted(receive, self._max)
        with contextlib.suppress(_TooLargeError):
            await self._app(scope, counted, counted.unless_exceeded(sending))
        if counted.exceeded:
            await self._too_large(scope, receive, sending)

    async def _too_large(self, scope: Scope, receive: Receive, send: Send) -> None:
        sentence = f"A request's body may have {self._max // 1024} KiB at most."
        await _refuse(413, sentence)(scope, receive, send)


class _TooLargeError(Exception):
    pass


class _Counted:
    """Counts a body that does not say how long it is; once it is too long, nothing of the app's own answer passes."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._left = most
        self._answered = False
        self.exceeded = False

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0 and not self._answered:
            self.exceeded = True
            raise _TooLargeError
        return message

    def unless_exceeded(self, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if not self.exceeded:
                self._answered = True
                await send(message)

        return sending


def _refuse(status: int, sentence: str) -> JSONResponse:
    return JSONResponse({"error": sentence}, status, {"Connection": "close"})


def _name(host: str) -> str:
    """The name of a Host header, without the port."""
    name, _, port = host.rpartition(":")
    return (name if name and port.isdecimal() else host).lower().rstrip(".")


def _adding_headers(send: Send) -> Callable[[Message], Awaitable[None]]:
    async def adding(message: Message) -> None:
        if message["type"] == "http.response.start":
            there = {name.lower() for name, _ in message["headers"]}
            more: list[Any] = [
                (name.lower().encode(), value.encode())
                for name, value in SECURITY.items()
                if name.lower().encode() not in there
            ]
            message = {**message, "headers": [*message["headers"], *more]}
        await send(message)

    return adding
