"""The demo's pages: `obs serve` over the demo's database, in a thread, and tokens for those who look."""

from __future__ import annotations

import os
import secrets
import shlex
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from ..web import Options, create_app
from ..web.tokens import Signer
from .server import DemoServerError

LOGIN = "web_server"
ROLES = ("ops", "alba_reader", "brisk_reader", "alba_reviewer")
PORT = 8321  # or a free one, where somebody has it
TOKEN_SECONDS = 8 * 3600
START_WAIT_S = 15.0
SECRET = "secret"  # the file of a kept demo that signs its tokens
TRIED = ("/healthz", "/", "/qa", "/slo")


@dataclass(frozen=True)
class Pages:
    """Where they are, and a token for each role."""

    url: str
    tokens: dict[str, str]

    def get(self, path: str, role: str = "ops") -> str:
        """An answer to a program that comes as the role."""
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"Bearer {self.tokens[role]}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return bytes(answer.read()).decode()

    def prove(self) -> None:
        """Looks at the first pages once; raises unless all of them answer."""
        for path in TRIED:
            try:
                self.get(path)
            except (OSError, urllib.error.URLError) as error:
                raise DemoServerError(f"the page {path} does not answer: {error}") from None


def prepare(dsn: str) -> None:
    """The server's login: a member of the roles that people come as, and nothing by itself."""
    with psycopg.connect(dsn) as connection:
        roles = sql.SQL(", ").join(map(sql.Identifier, ROLES))
        connection.execute(sql.SQL("create role {} login noinherit").format(sql.Identifier(LOGIN)))
        connection.execute(sql.SQL("grant {} to {}").format(roles, sql.Identifier(LOGIN)))


@contextmanager
def serving(dsn: str) -> Iterator[Pages]:
    """Serves on this machine alone, until the end of the block."""
    import uvicorn

    from ..web.serving import config

    secret = secrets.token_bytes(48)
    listening = _listening()
    server = uvicorn.Server(config(create_app(Options(dsn, secret))))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="obs-demo-pages", daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + START_WAIT_S
        while not server.started and thread.is_alive() and time.monotonic() < deadline:
            time.sleep(0.02)
        if not server.started:
            raise DemoServerError("the pages could not be served")
        signer = Signer(secret)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        yield Pages(url, {role: signer.token(role, TOKEN_SECONDS) for role in ROLES})
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listening.close()


def write_secret(home: Path) -> Path:
    """A new secret in the demo's folder, its owner's alone."""
    path = home / SECRET
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(48))
    return path


def serve_lines(obs: str, secret: Path, dsn: str) -> list[str]:
    """Lines for two terminals: the server, and a token of the role that sees all."""
    start, database = f"OBS_SECRET_FILE={shlex.quote(str(secret))} {obs}", f"--dsn {shlex.quote(dsn)}"
    return [f"{start} serve {database}", f"{start} token --role {ROLES[0]} {database}"]


def _listening() -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", PORT))
    except OSError:
        return socket.create_server(("127.0.0.1", 0))
