"""The demo's alerts: the trouble of the example's nights reaches its Slack and its mailbox, by a real forwarder."""

from __future__ import annotations

import io
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

import obs_client as obs
from obs_client.demo import alert_tables, telling
from obs_client.demo.example import scheduler
from obs_client.demo.receivers import Receivers, as_read
from obs_client.forward.channels.slack import Pace
from support.db import Db

NIGHTS = ((3, "alba"), (2, "alba"), (2, "brisk"), (3, "brisk"))


@pytest.fixture
def client(db: Db, tmp_path: Path) -> Iterator[None]:
    obs.configure(db.dsn_for("test_writer"), spool_dir=tmp_path)
    yield
    obs.close()


@pytest.fixture
def ended(db: Db, tmp_path: Path, client: None, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What is there after four small nights and their alerts."""
    example = scheduler()
    monkeypatch.setattr(Pace, "wait", lambda _: None)
    telling.prepare(db.dsn, db.dsn)
    db.call("set_threshold", alert_code="CC-05", name="threshold", value=20)  # small nights have few candidates
    screen = io.StringIO()
    with Receivers(tmp_path) as receivers:
        with telling.forwarding(db.dsn_for("test_forwarder"), receivers, tmp_path / "forward.log"):
            for number, tenant in NIGHTS:
                example.run_tenant(db.dsn, tenant, number, companies=70, cap=40)
            obs.close()
            telling.wait_until_told(db.dsn)
        arrived = alert_tables.show(db.dsn, receivers.texts, Console(file=screen, width=120))
    return SimpleNamespace(arrived=arrived, screen=screen.getvalue(), texts=receivers.texts, folder=tmp_path)


def test_the_trouble_of_the_nights_reaches_people(db: Db, ended: SimpleNamespace) -> None:
    told = db.rows(
        """select n.alert_code, a.tenant_id, n.channel from obs.notifications n
           join obs.alerts a on a.alert_id = any(n.alert_ids) where n.kind = 'firing' and n.state = 'sent'"""
    )
    assert {
        ("OA-04", "alba", "slack"),
        ("CR-02", "brisk", "slack"),
        ("VQ-03", "alba", "slack"),
        ("CC-05", "brisk", "mail"),
    } <= {tuple(row) for row in told}
    assert ended.arrived
    posts = [json.loads(file.read_text()) for file in (ended.folder / "slack").iterdir()]
    assert len(posts) + len(list((ended.folder / "mail").glob("*.eml"))) == len(ended.texts)
    crawl = next(text for text in ended.texts.values() if "CR-02 Crawl" in text)
    assert "crawls failed" in crawl
    assert "Likely cause: not diagnosed" not in crawl

    assert "What people were told" in ended.screen
    assert "inhibited by OA-04" in ended.screen
    shown = ended.screen.partition("One of them, in mail")[2].replace("│", " ")
    assert "Subject: CC-05 Candidates below floor: brisk" in shown
    assert "Likely cause: public.icp_rules changed since run" in shown
    assert "channel" not in (ended.folder / "forward.log").read_text()


def test_the_receivers_leave_nothing_running(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    with Receivers(tmp_path) as receivers:
        assert set(threading.enumerate()) > before
        assert receivers.config.stat().st_mode & 0o077 == 0
        url = next(line.split('"')[1] for line in receivers.config.read_text().splitlines() if "api_url" in line)
        request = urllib.request.Request(f"{url}chat.postMessage", b"{}", {"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            assert json.load(answer) == {"ok": False, "error": "invalid_auth"}
    deadline = time.monotonic() + 5
    while set(threading.enumerate()) - before:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(request)


def test_a_message_is_read_as_slack_shows_it() -> None:
    assert as_read(":warning: *A \u2060_\u2060 &gt; 3*\n2 * 3 &amp; 4") == "⚠️ A _ > 3\n2 * 3 & 4"
