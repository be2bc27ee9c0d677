"""HTTP as the channels use it: short time-outs, no redirects, and what an answer means for trying again."""

from __future__ import annotations

from typing import Any

import httpx

from .. import text
from .base import Refused, TryLater, retry_after

TIMEOUT = 10.0
AGENT = "obs-forwarder"
# Answers that may be another tomorrow although they blame the request.
_LATER = frozenset((408, 409, 423, 425, 429))


def client(timeout: float = TIMEOUT, **more: Any) -> httpx.Client:
    return httpx.Client(timeout=timeout, follow_redirects=False, headers={"User-Agent": AGENT}, **more)


def send(http: httpx.Client, method: str, url: str, allowed: tuple[int, ...] = (), **more: Any) -> httpx.Response:
    """The answer when it is a success or one of `allowed`; otherwise Refused or TryLater."""
    try:
        response = http.request(method, url, **more)
    except (httpx.TransportError, httpx.DecodingError) as error:
        raise TryLater(f"{type(error).__name__}: {text.line(error, 200) or 'no answer'}") from error
    except (httpx.InvalidURL, httpx.TooManyRedirects) as error:
        raise Refused(f"{type(error).__name__}: {text.line(error, 200)}") from error
    return judge(response, allowed)


def judge(response: httpx.Response, allowed: tuple[int, ...] = ()) -> httpx.Response:
    status = response.status_code
    if response.is_success or status in allowed:
        return response
    reason = f"HTTP {status}: {excerpt(response)}"
    if status in _LATER or status >= 500:
        raise TryLater(reason, retry_after(response.headers.get("Retry-After")))
    raise Refused(reason)


def parsed(response: httpx.Response) -> dict[str, Any]:
    """The JSON object of an answer; an answer that is none tells nothing, so the request is made again."""
    try:
        found = response.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise TryLater(f"HTTP {response.status_code} without a JSON object: {excerpt(response)}")
    return found


def excerpt(response: httpx.Response) -> str:
    return text.line(response.text[:1000], 200) or "no text"
