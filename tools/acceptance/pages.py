"""The pages as a person gets them: `obs serve` in a process of its own, a login by the form, tables read back."""

from __future__ import annotations

import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any, TextIO

import httpx

from support.web import forms, links

from .world import OBS, World

START_WAIT_S = 30.0


class Site:
    """The server at its address; clients are closed with it."""

    def __init__(self, world: World, url: str, said: TextIO) -> None:
        self.world, self.url = world, url
        self._said = said
        self._clients: list[httpx.Client] = []
        self._tokens: dict[str, str] = {}

    def client(self, **headers: str) -> httpx.Client:
        made = httpx.Client(base_url=self.url, headers=headers, timeout=30)
        self._clients.append(made)
        return made

    def token(self, role: str) -> str:
        """What `obs token` gives out for the role, once."""
        if role not in self._tokens:
            done = self.world.command("token", "--role", role, "--ttl", "1h", login="web")
            self._tokens[role] = done.stdout.strip()
        return self._tokens[role]

    def program(self, role: str) -> httpx.Client:
        return self.client(Authorization=f"Bearer {self.token(role)}")

    def person(self, role: str) -> httpx.Client:
        """Somebody who has logged in by the form."""
        client = self.client()
        form = forms(client.get("/login").text)[0]
        client.post("/login", data={**form.fields, "token": self.token(role)})
        return client

    def complaints(self) -> list[str]:
        """What the server has logged since it listens."""
        self._said.seek(0)
        return [line.rstrip() for line in self._said if not line.startswith("http")]

    def close(self) -> None:
        for client in self._clients:
            client.close()


@contextmanager
def served(world: World) -> Iterator[Site]:
    """`obs serve` on a free port, ended at the end."""
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            [*OBS, "serve", "--port", "0"],
            env=world.environment("web"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        try:
            site = Site(world, _address(process, said), said)
            yield site
            site.close()
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _address(process: subprocess.Popen[bytes], said: Any) -> str:
    deadline = time.monotonic() + START_WAIT_S
    while time.monotonic() < deadline and process.poll() is None:
        said.seek(0)
        if found := re.search(r"http://\S+:\d+", said.read()):
            with httpx.Client(base_url=found[0]) as client:
                try:
                    if client.get("/healthz").status_code == 200:
                        return found[0]
                except httpx.ConnectError:
                    pass
        time.sleep(0.05)
    said.seek(0)
    raise RuntimeError(f"obs serve did not start: {said.read()[-500:]}")


def walk(client: httpx.Client, start: str = "/") -> dict[str, httpx.Response]:
    """Every page that links lead to from the first one, by its address; exports are left out."""
    found: dict[str, httpx.Response] = {}
    waiting = [start]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found[path] = client.get(path)
        if found[path].status_code == 200 and "html" in found[path].headers["content-type"]:
            targets = [link.split("#")[0] for link in links(found[path].text)]
            waiting += [link for link in targets if link.startswith("/") and not link.startswith("/export/")]
    return found


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self._cell = []

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self._cell is not None:
            self.rows[-1].append(" ".join("".join(self._cell).split()))
            self._cell = None


def rows_of(html: str) -> list[list[str]]:
    """The rows of all tables of a page, as text."""
    page = _Tables()
    page.feed(html)
    return page.rows
