"""Servers of others that are started for a test, on free ports of this machine, and ended after it."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.outbox import wait_until


def program(name: str) -> str:
    """Where it is; without it the test is skipped."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def get(url: str, **parameters: str) -> httpx.Response | None:
    """The answer, or None while nobody listens."""
    try:
        return httpx.get(url, params=parameters, trust_env=False, timeout=5)
    except httpx.TransportError:
        return None


@contextlib.contextmanager
def running(command: list[object], ready: str, log: Path) -> Iterator[None]:
    """The program, from when its page `ready` answers; what it wrote is shown when it does not."""
    with log.open("wb") as out:
        process = subprocess.Popen([str(part) for part in command], stdout=out, stderr=out, cwd=log.parent)
    try:

        def answers() -> bool:
            assert process.poll() is None, log.read_text()[-3000:]
            found = get(ready)
            return found is not None and found.is_success

        wait_until(answers, 20, str(command[0]))
        yield
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def serving(text: Callable[[], str], content_type: str) -> Iterator[int]:
    """An HTTP server whose every page is the text of the moment; its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = text().encode()
            self.send_response(200)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
