"""Everything else, through Apprise: Teams, Discord, Telegram, Opsgenie, SMS and a hundred more, by their URLs."""

from __future__ import annotations

import threading
from typing import Any

import apprise

from .. import text
from ..options import ConfigError, Options
from .base import Message, Ref, Sent, TryLater

_TYPES = {"page": apprise.NotifyType.FAILURE, "warning": apprise.NotifyType.WARNING, "ticket": apprise.NotifyType.INFO}
_PATIENCE = 30.0


class Apprise:
    def __init__(self, service: apprise.Apprise) -> None:
        self._service = service

    def deliver(self, message: Message, ref: Ref | None, idempotency_key: str) -> Sent:
        kind = str(message.get("kind") or "")
        shown: dict[str, Any] = {
            "title": text.quiet(text.title(message)),
            "body": f"{text.quiet(text.body(message))}\n\n({idempotency_key})",
            "body_format": apprise.NotifyFormat.TEXT,
            "notify_type": apprise.NotifyType.SUCCESS
            if kind == "resolved"
            else _TYPES.get(str(message.get("severity")), apprise.NotifyType.WARNING),
            "interpret_escapes": False,
        }
        done: list[bool] = []
        # Its services have time-outs of their own, one an attempt: together they could outlast a lease.
        sender = threading.Thread(target=lambda: done.append(bool(self._service.notify(**shown))), daemon=True)
        sender.start()
        sender.join(_PATIENCE)
        if not done:
            raise TryLater("apprise: no answer in time")
        if not done[0]:
            raise TryLater("apprise: the service did not take it")
        return Sent()

    def close(self) -> None:
        """Each message has a connection of its own."""


def from_options(options: Options) -> Apprise:
    asset = apprise.AppriseAsset(secure_logging=True, app_id="obs", app_desc="obs alerts", app_url="")
    service = apprise.Apprise(asset=asset)
    if not service.add(options.secret("url")):
        raise ConfigError(f"{options.where}.url is not one that Apprise knows")
    return Apprise(service)
