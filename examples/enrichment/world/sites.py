"""The companies' web sites: one server answers for every domain, as a shared host does; one breaks TLS handshakes."""

from __future__ import annotations

import hashlib
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager

from world.companies import INDUSTRIES
from world.scenario import Scenario, draw
from world.server import Handler, Server, serve

SENTENCES = (
    "We have served customers across Europe since the early days.",
    "Our teams work from three offices and a warehouse.",
    "This year we opened a second production line.",
    "Engineers and planners work side by side with our customers.",
    "We publish our delivery times every month.",
    "A new customer portal replaces paper orders.",
)


def page_text(domain: str, night: int) -> str:
    """The page's words; two sites in three leave them alone from night to night."""
    edition = night if draw("edits", domain) < 1 / 3 else 1
    industry = INDUSTRIES[int(draw("words", domain) * len(INDUSTRIES))]
    title = domain.split(".")[0].replace("-", " ").title()
    chosen = [text for text in SENTENCES if draw("sentence", domain, edition, text) < 0.6]
    return f"{title} works in {industry}. " + " ".join(chosen)


class Sites(Server):
    def __init__(self, scenario: Scenario) -> None:
        super().__init__(("127.0.0.1", 0), SiteHandler)
        self.scenario = scenario


class SiteHandler(Handler):
    server: Sites

    def do_GET(self) -> None:
        domain = self.headers["Host"]
        outcome = self.server.scenario.page(domain)
        time.sleep(0.01 + 0.06 * draw("latency", domain))
        if outcome == "hang":
            time.sleep(1.2)
        elif outcome == "slow":
            time.sleep(0.35)
        if outcome == "reset":
            self.reset()
        elif outcome == "redirect" and self.path == "/":
            self.answer(301, Location="/about")
        elif outcome in ("not_found", "forbidden", "server_error"):
            self.answer({"not_found": 404, "forbidden": 403, "server_error": 500}[outcome])
        else:
            self.page(page_text(domain, self.server.scenario.night))

    def page(self, text: str) -> None:
        etag = f'"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'
        if self.headers["If-None-Match"] == etag:
            self.answer(304, ETag=etag)
        else:
            self.answer(200, f"<html><body><p>{text}</p></body></html>".encode(), ETag=etag, Content_Type="text/html")


class BrokenTls(Server):
    """Speaks TLS without a certificate, so that every handshake fails."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)


@contextmanager
def sites(scenario: Scenario) -> Iterator[dict[str, tuple[str, int]]]:
    """Opens the night's sites; yields where each scheme is served."""
    with serve(Sites(scenario)) as http, serve(BrokenTls()) as https:
        yield {"http": http, "https": https}
