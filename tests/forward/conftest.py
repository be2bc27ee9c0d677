"""Receivers on this machine, channels that send to them, and forwarders that stop with the test."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from obs_client.forward import Config, Forwarder
from obs_client.forward.channels import make
from obs_client.forward.channels.base import Channel
from obs_client.forward.options import Options
from support.db import Db
from support.mail import MailServer
from support.receivers import JiraServer, PagerDutyServer, Receiver, SlackServer

SECRETS = {
    "SLACK": "xoxb-good",
    "PAGER": "R0UT1NG",
    "JIRA": "jira-token",
    "HOOK": "a-secret-of-the-webhook",
    "MAIL": "good",
}


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("PG", "OBS_")) or name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    for name, value in SECRETS.items():
        monkeypatch.setenv(f"TEST_{name}", value)


def _receiver(kind: type[Receiver]) -> Any:
    @pytest.fixture
    def receiver() -> Iterator[Receiver]:
        made = kind()
        yield made
        made.close()

    return receiver


hook = _receiver(Receiver)
slack = _receiver(SlackServer)
pagerduty = _receiver(PagerDutyServer)
jira = _receiver(JiraServer)


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[MailServer]:
    made = MailServer(tmp_path)
    yield made
    made.close()


_open: list[Channel] = []


@pytest.fixture(autouse=True)
def _close_channels() -> Iterator[None]:
    yield
    while _open:
        _open.pop().close()


def channel(kind: str, **options: Any) -> Channel:
    _open.append(make(kind, Options(f"channels.{kind}", options)))
    return _open[-1]


def webhook(receiver: Receiver, **options: Any) -> Channel:
    given = {"url": f"{receiver.url}/hook", "secret": "env:TEST_HOOK", "allow_private": True, "timeout_s": 2, **options}
    return channel("webhook", **given)


@pytest.fixture
def run_forwarder(db: Db) -> Iterator[Callable[..., Forwarder]]:
    """Starts forwarders in threads of this process: run_forwarder(slack=channel)."""
    started: list[tuple[Forwarder, threading.Thread]] = []

    def run(dsn: str | None = None, settings: dict[str, Any] | None = None, **channels: Channel) -> Forwarder:
        config = Config(channels, **{"poll": 1.0, "beat": 0.5, "lease": 5.0, "ticks": False, **(settings or {})})
        forwarder = Forwarder(dsn or db.dsn_for("test_forwarder"), config)
        thread = threading.Thread(target=forwarder.run, daemon=True)
        thread.start()
        started.append((forwarder, thread))
        return forwarder

    yield run
    for forwarder, _ in started:
        forwarder.stop()
    for _, thread in started:
        thread.join(20)
        assert not thread.is_alive(), "a forwarder did not stop"
