"""HTTP: a crawler for company sites, a client for vendors' JSON APIs, retries and a small pool."""

from __future__ import annotations

import hashlib
import http.client
import json
import re
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode, urljoin, urlsplit

from src.pacing import Gate

S = TypeVar("S")
T = TypeVar("T")
Address = tuple[str, int]


class StepFailed(Exception):
    """A step could not be done for one company; the night goes on."""

    code = "STEP_FAILED"
    transient = False
    retry_after: float | None = None


class Timeout(StepFailed):
    code, transient = "TIMEOUT", True


class ConnectionReset(StepFailed):
    code, transient = "CONNECTION_RESET", True


class ConnectionFailed(StepFailed):
    code = "CONNECTION_FAILED"


class DnsFailure(StepFailed):
    code = "DNS_FAILURE"


class TlsFailure(StepFailed):
    code = "TLS_FAILURE"


class TooManyRedirects(StepFailed):
    code = "TOO_MANY_REDIRECTS"


class NothingFound(StepFailed):
    code = "NOTHING_FOUND"


class BadAnswer(StepFailed):
    code, transient = "BAD_ANSWER", True


class HttpError(StepFailed):
    """An answer that is no success."""

    def __init__(self, status: int, message: str, retry_after: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = f"HTTP_{status}"
        self.transient = status == 429 or status >= 500
        self.retry_after = float(retry_after) if retry_after else None


def retrying(ask: Callable[[], T], before_retry: Callable[[StepFailed], object] = lambda _: None, tries: int = 3) -> T:
    """Asks again after what may pass, and not before the vendor says so."""
    for left in reversed(range(tries)):
        try:
            return ask()
        except StepFailed as failure:
            if not left or not failure.transient:
                raise
            before_retry(failure)
            time.sleep(failure.retry_after or 0.05)
    raise AssertionError("unreachable")


def in_parallel(
    work: Callable[[S], T],
    things: Sequence[S],
    workers: int,
    progress: Callable[[], object],
    stopped: Callable[[], bool] = lambda: False,
    share: Callable[[], float] = lambda: 1.0,
) -> list[T | StepFailed | None]:
    """Does the work for all things, as many at a time as `share` leaves of the workers.

    A failure is a result as well, None is what was stopped before.
    """
    gate = Gate(lambda: int(workers * share()))

    def one(thing: S) -> T | StepFailed | None:
        try:
            with gate:
                return None if stopped() else work(thing)
        except StepFailed as failure:
            return failure
        finally:
            progress()

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(one, things))


def why(broken: Exception) -> StepFailed:
    """The failure behind an exception of the network stack."""
    for kind, failure in (
        (TimeoutError, Timeout),
        (socket.gaierror, DnsFailure),
        (ssl.SSLError, TlsFailure),
        (ConnectionResetError, ConnectionReset),
    ):
        if isinstance(broken, kind):
            return failure(f"{type(broken).__name__}: {broken}")
    return ConnectionFailed(f"{type(broken).__name__}: {broken}")


@dataclass(frozen=True)
class Page:
    """What a company's site says about it."""

    http_status: int
    about: str | None  # None: unchanged since the last visit
    content_hash: str | None
    etag: str | None


class Crawler:
    """Fetches home pages. `gateway` says where a scheme's .example sites are served, since no resolver knows them."""

    def __init__(self, gateway: Mapping[str, Address], timeout: float = 0.7, redirects: int = 3) -> None:
        self.gateway = gateway
        self.timeout = timeout
        self.redirects = redirects

    def fetch(self, scheme: str, domain: str, etag: str | None, notes: dict[str, Any]) -> Page:
        """Reads the home page, following redirects; notes gets http_status as soon as there is one."""
        url = f"{scheme}://{domain}/"
        for _ in range(self.redirects + 1):
            response, body = self._get(url, etag)
            notes["http_status"] = response.status
            if response.status not in (301, 302, 307, 308):
                break
            url = urljoin(url, response.headers["Location"])
        else:
            raise TooManyRedirects(f"{domain} redirects without end")
        if response.status == 304:
            return Page(304, None, None, etag)
        if response.status != 200:
            raise HttpError(response.status, f"{url} answered {response.status} {response.reason}")
        about = re.sub(r"<[^>]+>", " ", body.decode("utf-8", "replace")).strip()
        return Page(200, about, hashlib.sha256(about.encode()).hexdigest(), response.headers["ETag"])

    def _get(self, url: str, etag: str | None) -> tuple[http.client.HTTPResponse, bytes]:
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.netloc)
        try:
            connection.sock = self._connect(parts.scheme, parts.netloc)
            connection.request("GET", parts.path, headers={"If-None-Match": etag} if etag else {})
            response = connection.getresponse()
            return response, response.read()
        except (OSError, http.client.HTTPException) as broken:
            raise why(broken) from broken
        finally:
            connection.close()

    def _connect(self, scheme: str, domain: str) -> socket.socket:
        default = (domain, 443 if scheme == "https" else 80)
        address = self.gateway[scheme] if domain.endswith(".example") else default
        connection = socket.create_connection(address, self.timeout)
        if scheme == "https":
            try:
                return ssl.create_default_context().wrap_socket(connection, server_hostname=domain)
            except OSError:
                connection.close()
                raise
        return connection


class Vendor:
    """One vendor's JSON API."""

    def __init__(self, name: str, base_url: str, timeout: float = 0.8) -> None:
        self.name = name
        self._address = urlsplit(base_url).netloc
        self._timeout = timeout

    def ask(self, path: str, params: Mapping[str, str] | None = None, **body: Any) -> dict[str, Any]:
        """GETs the path when there are parameters, else POSTs the body as JSON."""
        connection = http.client.HTTPConnection(self._address, timeout=self._timeout)
        try:
            if params:
                connection.request("GET", f"/{self.name}{path}?{urlencode(params)}")
            else:
                headers = {"Content-Type": "application/json"}
                connection.request("POST", f"/{self.name}{path}", json.dumps(body), headers)
            response = connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException) as broken:
            raise why(broken) from broken
        finally:
            connection.close()
        if response.status != 200:
            message = f"{self.name}: {text.decode('utf-8', 'replace')}"
            raise HttpError(response.status, message, response.headers["Retry-After"])
        answer: dict[str, Any] = json.loads(text)
        return answer
