"""Pages and endpoints as people run them: uvicorn on a port of its own, over a login that is nobody by itself."""

from __future__ import annotations

import re
import socket
import threading
import time
from html.parser import HTMLParser
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from obs_client import web
from obs_client.web import serving
from obs_client.web.tokens import Signer

SECRET = b"a secret of the tests, long enough: 0123456789abcdef"
WAIT_S = 10.0


class Served:
    """An app under a real uvicorn, in a thread, on a free port of 127.0.0.1."""

    def __init__(self, app: FastAPI) -> None:
        self._socket = serving.prompt(socket.create_server(("127.0.0.1", 0)))
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._server = uvicorn.Server(serving.config(app))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)
        self._clients: list[httpx.Client] = []
        self._thread.start()
        deadline = time.monotonic() + WAIT_S
        while not self._server.started:
            assert self._thread.is_alive(), "the server did not start"
            assert time.monotonic() < deadline, "the server never started"
            time.sleep(0.01)

    def close(self) -> None:
        for client in self._clients:
            client.close()
        self._server.should_exit = True
        self._thread.join(WAIT_S)
        self._socket.close()
        assert not self._thread.is_alive(), "the server did not end"

    def client(self, **headers: str) -> httpx.Client:
        made = httpx.Client(base_url=self.url, headers=headers, timeout=30)
        self._clients.append(made)
        return made


class Site(Served):
    """The server of obs; `api("test_reader_a")` asks with a token, `page("test_reader_a")` with a session."""

    def __init__(self, dsn: str, **options: Any) -> None:
        self.options = web.Options(dsn, SECRET, **options)
        self.signer = Signer(SECRET)
        super().__init__(web.create_app(self.options))

    def token(self, role: str, ttl_s: int = 600) -> str:
        return self.signer.token(role, ttl_s)

    def api(self, role: str) -> httpx.Client:
        return self.client(Authorization=f"Bearer {self.token(role)}")

    def page(self, role: str) -> httpx.Client:
        """A client with the cookie of a session, as the login form gives it."""
        client = self.client()
        form = forms(client.get("/login").text)[0]
        answer = client.post("/login", data={**form.fields, "token": self.token(role)})
        assert answer.status_code == 303, answer.text
        return client


class Form:
    """A form of a page: where it goes, and what it brings along."""

    def __init__(self, attributes: dict[str, str]) -> None:
        self.action = attributes.get("action", "")
        self.method = attributes.get("method", "get").lower()
        self.fields: dict[str, str] = {}


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(found))
        elif tag == "a" and "href" in found:
            self.links.append(found["href"])
        elif tag == "input" and self.forms and "name" in found:
            chosen = found.get("type") != "radio" or "checked" in found
            self.forms[-1].fields.update({found["name"]: found.get("value", "")} if chosen else {})


def forms(html: str) -> list[Form]:
    return _parsed(html).forms


def links(html: str) -> list[str]:
    return _parsed(html).links


def _parsed(html: str) -> _Page:
    page = _Page()
    page.feed(html)
    return page


def text_of(html: str) -> str:
    """What a reader sees."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())
