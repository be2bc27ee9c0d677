"""The caller's side: it never waits, never raises, and counts what it cannot take."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from obs_client import AttachedRun, Client, writer
from obs_client.settings import Settings


def test_a_full_queue_drops_the_newest_and_counts_them(
    make_client: Callable[..., Client], lines: Callable[[], list[dict[str, Any]]], caplog: pytest.LogCaptureFixture
) -> None:
    client = make_client(queue_events=10, poll=60.0)
    stage = AttachedRun(client, "a", "r1").stage("crawl", lifecycle=True)
    stage.log("first")
    client.flush()
    for number in range(25):
        stage.log("note", number=number)
    assert client.stats().dropped == 15
    client.flush()
    stage.log("stage_finish")
    client.flush()
    found = lines()
    assert [line["extra"]["number"] for line in found[1:-1]] == list(range(10))
    assert client.stats().dropped == 15
    assert found[-1]["extra"]["expected_events"] == 26, "the database is told of the dropped ones as well"
    assert found[-1]["seq"] == 27, "and sees a gap in the numbers"
    assert [record.name for record in caplog.records] == ["obs_client"]


def test_threads_lose_nothing(make_client: Callable[..., Client], lines: Callable[[], list[dict[str, Any]]]) -> None:
    client = make_client()
    stage = AttachedRun(client, "a", "r1").stage("crawl")

    def work(thread: int) -> None:
        for number in range(1_000):
            stage.log("note", company_id=f"{thread}-{number}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    client.flush()
    found = lines()
    assert len({line["company_id"] for line in found}) == 8_000
    assert [line["seq"] for line in found] == list(range(1, 8_001))


def test_the_writer_pauses_so_that_others_get_the_interpreter(
    make_client: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_client()
    run = AttachedRun(client, "a", "r1")
    run.log("first")
    client.flush()
    monkeypatch.setattr(writer, "BREATH", 0.02)
    began = time.monotonic()
    for _ in range(5 * writer.BREATH_EVERY):
        run.log("note")
    client.flush()
    assert time.monotonic() - began > 0.02


def test_a_closed_client_starts_again(
    make_client: Callable[..., Client], lines: Callable[[], list[dict[str, Any]]]
) -> None:
    client = make_client()
    run = AttachedRun(client, "a", "r1")
    run.log("one")
    client.close()
    assert threading.active_count() == 1 or not any(t.name.startswith("obs-") for t in threading.enumerate())
    run.log("two")
    client.close()
    assert [(line["event"], line["seq"]) for line in lines()] == [("one", 1), ("two", 2)]


def test_nothing_runs_before_the_first_event(make_client: Callable[..., Client], spool_dir: Path) -> None:
    client = make_client()
    AttachedRun(client, "a", "r1").stage("crawl")
    assert client.flush()
    assert not any(thread.name.startswith("obs-") for thread in threading.enumerate())
    assert not spool_dir.exists()


def test_an_event_nobody_can_write_is_counted(
    make_client: Callable[..., Client], monkeypatch: pytest.MonkeyPatch, lines: Callable[[], list[dict[str, Any]]]
) -> None:
    client = make_client()
    run = AttachedRun(client, "a", "r1")

    def broken(raw: Any) -> Any:
        raise RuntimeError("a bug")

    run.log("good")
    client.flush()
    monkeypatch.setattr(client._renderer, "render", broken)
    run.log("bad")
    client.flush()
    monkeypatch.undo()
    run.log("good")
    client.flush()
    assert client.stats().dropped == 1
    assert len(lines()) == 2


@pytest.mark.parametrize(
    ("settings", "environment", "dsn"),
    [
        ({}, {}, None),
        ({}, {"OBS_DSN": "dbname=x"}, "dbname=x"),
        ({}, {"PGDATABASE": "x"}, ""),
        ({"dsn": "dbname=y"}, {"OBS_DSN": "dbname=x"}, "dbname=y"),
        ({"dsn": ""}, {"OBS_DSN": "dbname=x"}, None),
    ],
)
def test_where_the_database_comes_from(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], environment: dict[str, str], dsn: str | None
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert Settings(**settings).database() == dsn


def test_stats_are_plain_data(make_client: Callable[..., Client]) -> None:
    stats = make_client().stats()
    assert json.dumps(stats.__dict__)
    with pytest.raises(AttributeError):
        stats.sent = 1  # type: ignore[misc]
