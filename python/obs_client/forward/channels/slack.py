"""Slack: one thread an alert. The parent is updated in place, what changed is said below it; a message a second."""

from __future__ import annotations

import re
import threading
import time
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from .. import text
from ..options import Options
from .base import Message, Ref, Refused, Sent, TryLater, retry_after

_LATER = frozenset(
    ("ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout")
)
_GONE = frozenset(("message_not_found", "thread_not_found", "cant_update_message", "edit_window_closed"))
_HERE = frozenset(("127.0.0.1", "::1", "localhost"))
_MARKS = {"page": ":rotating_light:", "warning": ":warning:", "ticket": ":ticket:"}
_ENDS = {"resolved": ":white_check_mark:", "acknowledged": ":eyes:"}


class Pace:
    """At most one request every `interval` seconds."""

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._next = 0.0
        self._lock = threading.Lock()

    def wait(self) -> None:
        with self._lock:
            now = time.monotonic()
            pause = self._next - now
            self._next = max(now, self._next) + self._interval
        if pause > 0:
            time.sleep(pause)


class Slack:
    def __init__(self, web: WebClient, channel: str, interval: float = 1.0) -> None:
        self._web = web
        self._channel = channel
        self._pace = Pace(interval)

    def deliver(self, message: Message, ref: Ref | None, idempotency_key: str) -> Sent:
        if ref is None or not ref.get("ts") or message.get("kind") == "dead_letter":
            return Sent(self._post(message, idempotency_key))
        known = {"channel": str(ref.get("channel") or self._channel), "ts": str(ref["ts"])}
        # The parent first: updating it twice is harmless, a second reply is not.
        if self._call("chat.update", **known, **shown(message, idempotency_key)) is None:
            return Sent(self._post(message, idempotency_key))
        reply = {"channel": known["channel"], "thread_ts": known["ts"]}
        if self._call("chat.postMessage", **reply, **shown(message, idempotency_key)) is None:
            return Sent(self._post(message, idempotency_key))
        return Sent({**ref, **known})

    def close(self) -> None:
        """Each message has a connection of its own."""

    def _post(self, message: Message, idempotency_key: str) -> Ref:
        answer = self._call("chat.postMessage", channel=self._channel, **shown(message, idempotency_key))
        if answer is None or not answer.get("ts"):
            raise TryLater("Slack took the message but did not say its ts")
        return {"channel": str(answer.get("channel") or self._channel), "ts": str(answer["ts"])}

    def _call(self, method: str, **arguments: Any) -> dict[str, Any] | None:
        """The answer; None when the thread is gone."""
        self._pace.wait()
        try:
            answer = self._web.api_call(method, json=arguments)
        except SlackApiError as error:
            _judge(error)
            return None
        except (SlackClientError, URLError, OSError, ValueError, TypeError, AttributeError) as error:  # or no object
            raise TryLater(f"Slack: {type(error).__name__}: {text.line(error, 200)}") from error
        found = answer.data
        if not isinstance(found, dict):
            raise TryLater("Slack answered with something else than a JSON object")
        return found


def _judge(error: SlackApiError) -> None:
    """Returns when the thread is gone, otherwise raises."""
    response = error.response
    status = getattr(response, "status_code", 0) or 0
    data = getattr(response, "data", None)
    data = data if isinstance(data, dict) else response if isinstance(response, dict) else {}
    reason = str(data.get("error") or "")
    if reason in _GONE:
        return
    headers = {str(name).lower(): value for name, value in (getattr(response, "headers", None) or {}).items()}
    is_word = re.fullmatch(r"[a-z0-9_]{2,80}", reason) is not None  # the library puts sentences of its own there
    if status == 429 or status >= 500 or reason in _LATER or not is_word:
        said = reason if is_word else f"HTTP {status} without a JSON object"
        raise TryLater(f"Slack: {said}", retry_after(headers.get("retry-after"))) from error
    raise Refused(f"Slack: {text.line(reason, 200)}") from error


def shown(message: Message, idempotency_key: str) -> dict[str, Any]:
    """The same words as text, for notifications, and as a block."""
    severity, kind = str(message.get("severity") or ""), str(message.get("kind") or "")
    head = f"{_ENDS.get(kind) or _MARKS.get(severity, ':bell:')} *{text.slack(text.title(message))}*"
    body = _body(message)
    return {
        "text": f"{head}\n{body}"[:3900],
        "blocks": [
            {"type": "section", "text": {"type": "mrkdwn", "text": head, "verbatim": True}},
            {"type": "section", "text": {"type": "mrkdwn", "text": body or "-", "verbatim": True}},
        ],
        "unfurl_links": False,
        "unfurl_media": False,
        "metadata": {"event_type": "obs_alert", "event_payload": {"idempotency_key": idempotency_key}},
    }


def _body(message: Message) -> str:
    """What stands below the title; the SQL to run is a block of code, so that it can be pasted."""
    said, sql = _below_title(message), text.line(message.get("sql"), 600)
    before, found, after = said.partition(f"SQL: {sql}")
    if not (sql and found):
        return text.slack(said, 2900)
    code = text.slack_code(sql)
    end = text.slack(after, 700)
    return f"{text.slack(before, 2900 - len(code) - len(end) - 5)}SQL: {code}{end}"


def _below_title(message: Message) -> str:
    """The message's text without its first line where that is the title, which stands above it already."""
    said = text.body(message)
    first, _, rest = said.partition("\n")
    return rest if rest and text.line(first) == text.line(message.get("title")) else said


def from_options(options: Options) -> Slack:
    base = options.text("api_url", "https://slack.com/api/")
    timeout = int(options.number("timeout_s", 10, 1, 25))
    web = WebClient(token=options.secret("token"), base_url=base.rstrip("/") + "/", timeout=timeout, retry_handlers=[])
    if urlsplit(base).hostname in _HERE:
        web.proxy = None  # the library takes one from the environment, and none leads back to this machine
    return Slack(web, options.text("channel"))
