"""How uvicorn runs the application."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import h11
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_SECONDS = 15.0
UNREAD_SECONDS = 30.0


class Impatient(H11Protocol):
    """Closes a connection whose request has begun, or never does, and is not whole in time: each costs a file.

    So does one whose reader takes nothing of an answer for a while; what is unsent is given up then.
    """

    _ends: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=0)  # any unsent byte pauses, so that its age is known
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
            self._wait()
        else:
            self._be_content()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread = self.loop.call_later(UNREAD_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        self._taken()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._be_content()
        self._taken()
        super().connection_lost(exc)

    def _wait(self) -> None:
        """From the first byte on: those that follow buy no time."""
        if self._ends is None:
            self._ends = self.loop.call_later(REQUEST_SECONDS, self.transport.abort)

    def _taken(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _be_content(self) -> None:
        if self._ends is not None:
            self._ends.cancel()
            self._ends = None


def prompt(listening: socket.socket) -> socket.socket:
    """Answers leave at once: asyncio sees to that only where a socket names its protocol, which these do not."""
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def config(app: FastAPI, **more: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        lifespan="on",
        log_config=None,
        access_log=False,  # it would write run ids and names of companies
        server_header=False,
        http=Impatient,
        h11_max_incomplete_event_size=32_768,
        timeout_keep_alive=10,
        timeout_graceful_shutdown=5,
        **more,
    )
