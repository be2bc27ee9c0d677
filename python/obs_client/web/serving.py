"""How uvicorn runs the application."""

from __future__ import annotations

from typing import Any

import uvicorn
from fastapi import FastAPI


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
