"""PagerDuty, Events API v2: trigger, acknowledge and resolve one incident by its dedup_key."""

from __future__ import annotations

from typing import Any

import httpx

from .. import text
from ..options import Options
from .base import Message, Ref, Sent, TryLater, stable_id
from .http import client, excerpt, parsed, send

_ACTIONS = {"acknowledged": "acknowledge", "resolved": "resolve"}
_SEVERITIES = {"page": "critical", "warning": "warning", "ticket": "info"}


class PagerDuty:
    def __init__(self, http: httpx.Client, url: str, routing_key: str, source: str = "obs") -> None:
        self._http, self._url, self._routing_key, self._source = http, url, routing_key, source

    def deliver(self, message: Message, ref: Ref | None, idempotency_key: str) -> Sent:
        event = self.event(message, idempotency_key)
        answer = send(self._http, "POST", self._url, json=event)
        if parsed(answer).get("status") != "success":
            raise TryLater(f"PagerDuty did not say success: {excerpt(answer)}")
        return Sent({"dedup_key": event["dedup_key"]})

    def close(self) -> None:
        self._http.close()

    def event(self, message: Message, idempotency_key: str) -> dict[str, Any]:
        kind = str(message.get("kind") or "")
        dead = kind == "dead_letter"
        event: dict[str, Any] = {
            "routing_key": self._routing_key,
            "event_action": _ACTIONS.get(kind, "trigger"),
            "dedup_key": idempotency_key if dead else f"obs-{stable_id(message, idempotency_key, 'thread_key')}",
        }
        if event["event_action"] != "trigger":
            return event
        event["client"] = "obs"
        event["payload"] = {
            "summary": text.title(message, 1000),
            "source": text.line(self._source),
            "severity": _SEVERITIES.get(str(message.get("severity")), "error"),
            "class": text.line(message.get("alert_code")),
            "custom_details": {
                "text": text.body(message),
                "sql": text.plain(message.get("sql")),
                "next_step": text.plain(message.get("next_step")),
                "idempotency_key": idempotency_key,
            },
        }
        links = [
            (message.get("page_url"), "Page"),
            (message.get("runbook_url"), "Runbook"),
            (message.get("trace_url"), "Trace"),
        ]
        event["links"] = [
            {"href": text.line(url, 2000), "text": name}
            for url, name in links
            if str(url or "").startswith(("https://", "http://"))
        ]
        return event


def from_options(options: Options) -> PagerDuty:
    http = client(options.number("timeout_s", 10, 1, 25))
    url = options.text("api_url", "https://events.pagerduty.com").rstrip("/") + "/v2/enqueue"
    return PagerDuty(http, url, options.secret("routing_key"), options.text("source", "obs"))
