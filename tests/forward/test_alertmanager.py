"""A real Alertmanager takes our alerts, changes them and lets them end; and Apprise carries the rest."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from obs_client.forward.channels.base import TryLater
from support.cluster import free_port
from support.outbox import HOSTILE, message, wait_until
from support.receivers import Answer, Receiver

from .conftest import channel

PROGRAM = shutil.which("prometheus-alertmanager")


@pytest.fixture
def alertmanager(tmp_path: Path) -> Iterator[str]:
    if PROGRAM is None:
        pytest.skip("prometheus-alertmanager is not installed")
    port = free_port()
    config = tmp_path / "alertmanager.yml"
    config.write_text("route:\n  receiver: nobody\nreceivers:\n  - name: nobody\n")
    process = subprocess.Popen(
        [PROGRAM, f"--config.file={config}", f"--storage.path={tmp_path}/data", "--cluster.listen-address=",
         f"--web.listen-address=127.0.0.1:{port}"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"

    def ready() -> bool:
        try:
            return httpx.get(f"{url}/-/ready", trust_env=False).is_success
        except httpx.TransportError:
            return False

    try:
        wait_until(ready, 20, "Alertmanager")
        yield url
    finally:
        process.kill()
        process.wait()


def alerts(url: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = httpx.get(f"{url}/api/v2/alerts", trust_env=False).json()
    return sorted(found, key=lambda alert: json.dumps(alert["labels"], sort_keys=True))


def test_an_alert_from_firing_to_its_end(alertmanager: str) -> None:
    sender = channel("alertmanager", url=alertmanager)
    first = sender.deliver(message("it broke", severity="warning"), None, "obs-x-1")
    (shown,) = alerts(alertmanager)
    assert shown["labels"] | {"obs_thread": ""} == {
        "alertname": "CR-02", "severity": "warning", "tenant": "acme", "obs_thread": "",
    }  # fmt: skip
    assert shown["annotations"]["summary"] == "it broke"
    assert shown["startsAt"].startswith("2026-11-18T01:00:00")
    second = sender.deliver(message(kind="escalated"), first.external_ref, "obs-x-2")
    time.sleep(0.1)
    assert [alert["labels"]["severity"] for alert in alerts(alertmanager)] == ["page"]
    sender.deliver(message(kind="resolved"), second.external_ref, "obs-x-3")
    time.sleep(0.1)
    assert alerts(alertmanager) == []


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_alertmanager_takes_hostile_texts(alertmanager: str, hostile: str) -> None:
    sender = channel("alertmanager", url=alertmanager)
    sender.deliver(message(hostile, text=hostile, tenant_id=hostile[:60], alert_code=hostile[:60]), None, "obs-x-1")
    assert len(alerts(alertmanager)) == 1


def test_an_alertmanager_that_is_not_there_is_tried_again() -> None:
    with pytest.raises(TryLater):
        channel("alertmanager", url=f"http://127.0.0.1:{free_port()}").deliver(message(), None, "obs-x-1")


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_apprise_carries_what_has_no_channel_of_its_own(
    hook: Receiver, monkeypatch: pytest.MonkeyPatch, hostile: str
) -> None:
    monkeypatch.setenv("TEST_APPRISE", f"json://127.0.0.1:{hook.port}/x")
    channel("apprise", url="env:TEST_APPRISE").deliver(message(hostile, text=hostile), None, "obs-x-1")
    said = hook.requests[0].json
    assert said["message"].endswith("(obs-x-1)")
    assert "<!channel>" not in json.dumps(said)
    assert "@here" not in json.dumps(said)


def test_what_apprise_could_not_send_is_tried_again(hook: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_APPRISE", f"json://127.0.0.1:{hook.port}/x")
    hook.script.append(Answer(500))
    with pytest.raises(TryLater):
        channel("apprise", url="env:TEST_APPRISE").deliver(message(), None, "obs-x-1")
