"""Prometheus Alertmanager, API v2: an alert is named by its labels, and ends when its endsAt is reached."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import httpx

from .. import text
from ..options import Options
from .base import Message, Ref, Sent, stable_id
from .http import client, send

_HOLD = timedelta(hours=24)  # an alert nobody repeats ends by itself


class Alertmanager:
    def __init__(self, http: httpx.Client, url: str) -> None:
        self._http, self._url = http, url.rstrip("/") + "/api/v2/alerts"

    def deliver(self, message: Message, ref: Ref | None, idempotency_key: str) -> Sent:
        labels = _labels(message, idempotency_key)
        alerts = [self._alert(message, labels, ended=message.get("kind") == "resolved")]
        before = (ref or {}).get("labels")
        if isinstance(before, dict) and before != labels:  # another severity is another alert there
            alerts.append(self._alert(message, before, ended=True))
        send(self._http, "POST", self._url, json=alerts)
        return Sent({"labels": labels})

    def close(self) -> None:
        self._http.close()

    @staticmethod
    def _alert(message: Message, labels: dict[str, str], ended: bool) -> dict[str, Any]:
        now = datetime.now(timezone.utc)
        alert: dict[str, Any] = {
            "labels": labels,
            "annotations": {"summary": text.title(message), "description": text.quiet(text.body(message))},
            "endsAt": (now if ended else now + _HOLD).isoformat(),
        }
        try:
            started = datetime.fromisoformat(str(message.get("started_at")).replace("Z", "+00:00"))
            alert["startsAt"] = min(started, now).isoformat()
        except (ValueError, TypeError):
            pass
        if str(message.get("runbook_url") or "").startswith(("https://", "http://")):
            alert["generatorURL"] = text.line(message["runbook_url"], 2000)
        return alert


def _labels(message: Message, idempotency_key: str) -> dict[str, str]:
    labels = {
        "alertname": text.line(message.get("alert_code")) or "obs",
        "severity": text.line(message.get("severity")) or "warning",
        "tenant": text.line(message.get("tenant_id")),
        "obs_thread": stable_id(message, idempotency_key, "thread_key"),
        "drill": "true" if message.get("is_drill") else "",
    }
    return {name: value for name, value in labels.items() if value}


def from_options(options: Options) -> Alertmanager:
    http = client(options.number("timeout_s", 10, 1, 25))
    if token := options.optional_secret("token"):
        http.headers["Authorization"] = f"Bearer {token}"
    return Alertmanager(http, options.text("url"))
