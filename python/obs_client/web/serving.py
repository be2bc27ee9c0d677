"""How uvicorn runs the application."""

from __future__ import annotations

import socket
from typing import Any

import uvicorn
from fastapi import FastAPI


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
        h11_max_incomplete_event_size=32_768,
        timeout_keep_alive=10,
        timeout_graceful_shutdown=5,
        **more,
    )
