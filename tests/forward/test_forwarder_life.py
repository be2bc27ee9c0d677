"""A forwarder's life: its beat, its listening, the dead man; connections that break, databases that may not speak."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from obs_client.forward import Config, Forwarder
from support.db import Db
from support.outbox import all_done, notify, put, wait_until
from support.receivers import Answer, Receiver

from .conftest import webhook

Run = Callable[..., Forwarder]


def test_a_copy_of_the_database_pages_nobody(db: Db, hook: Receiver, run_forwarder: Run) -> None:
    db.call("accept_cluster", speaks=False)
    put(db)
    forwarder = run_forwarder(settings={"poll": 0.1}, slack=webhook(hook))
    time.sleep(1)
    assert hook.requests == []
    assert not forwarder.is_well()
    db.call("accept_cluster")
    hook.wait_for(1, 40)


def test_it_beats_and_ticks_when_nobody_else_does(db: Db, hook: Receiver, run_forwarder: Run) -> None:
    run_forwarder(settings={"ticks": True}, slack=webhook(hook))
    wait_until(lambda: db.one("select last_success_at is not null from obs.jobs where job = 'tick'"), what="a tick")
    wait_until(lambda: db.one("select coalesce(bool_or(is_listening), false) from obs.forwarders"), what="listening")
    row = db.row("select channels, detail from obs.forwarders")
    assert row.channels == ["slack"]
    assert row.detail["channels"] == {"slack": {"sent": 0, "failed": 0, "error": None}}


def test_the_dead_man_is_fed_while_all_is_well(db: Db, hook: Receiver, run_forwarder: Run) -> None:
    monitor = Receiver()
    try:
        run_forwarder(settings={"deadman_url": f"{monitor.url}/ping", "deadman": 0.2}, slack=webhook(hook))
        monitor.wait_for(3)
    finally:
        monitor.close()


def test_the_dead_man_starves_when_the_database_is_silent(hook: Receiver, run_forwarder: Run) -> None:
    monitor = Receiver()
    try:
        settings = {"deadman_url": f"{monitor.url}/ping", "deadman": 0.1}
        forwarder = run_forwarder("host=127.0.0.1 port=1 user=x dbname=x", settings, slack=webhook(hook))
        time.sleep(1.5)
        assert not forwarder.is_well()
        assert monitor.requests == []
    finally:
        monitor.close()


def test_whoever_knows_the_dead_mans_address_is_not_told_in_the_log(
    db: Db, hook: Receiver, run_forwarder: Run, caplog: pytest.LogCaptureFixture
) -> None:
    monitor = Receiver()
    monitor.answer = lambda request: Answer(500)  # type: ignore[method-assign]
    with caplog.at_level(logging.INFO, logger="obs.forward"):
        run_forwarder(settings={"deadman_url": f"{monitor.url}/secret-word", "deadman": 0.2}, slack=webhook(hook))
        monitor.wait_for(3)
    monitor.close()
    assert "secret-word" not in caplog.text
    assert caplog.text.count("dead-man ping failed") == 1


def test_once_sends_what_is_there_and_leaves(db: Db, hook: Receiver) -> None:
    put(db, number=1)
    put(db, number=2)
    assert Forwarder(db.dsn_for("test_forwarder"), Config({"slack": webhook(hook)})).run_once() == 0
    assert len(hook.requests) == 2
    hook.script.append(Answer(429, {}, {"Retry-After": "200"}))
    put(db, number=3)
    put(db, number=4)
    assert Forwarder(db.dsn_for("test_forwarder"), Config({"slack": webhook(hook)})).run_once() == 1


def test_a_stranger_learns_nothing_by_listening(db: Db) -> None:
    """Anybody may LISTEN: what is announced are numbers."""
    stranger = db.login("test_nobody")
    stranger.execute("listen obs_alerts")
    put(db, facts={"title": "acme's secret"}, fallback_channel="mail")
    claimed = db.call("claim_notifications", forwarder_id="f", channels=["slack"])
    db.call(
        "fail_notification",
        notification_id=claimed.notification_id,
        forwarder_id="f",
        error="acme's secret",
        permanent=True,
    )
    payloads: list[Any] = [found.payload for found in stranger.conn.notifies(timeout=1)]
    assert payloads
    assert all(payload.isdigit() for payload in payloads)


def test_a_terminated_listener_listens_again_without_a_busy_loop(
    db: Db, hook: Receiver, run_forwarder: Run, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="obs.forward"):
        forwarder = run_forwarder(settings={"poll": 30.0}, slack=webhook(hook))
        wait_until(lambda: forwarder.listener.is_listening, what="listening")
        for _ in range(3):
            before = forwarder.listener.connections
            db.rows(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where datname = current_database() and query ilike 'listen %'"
            )
            wait_until(lambda seen=before: forwarder.listener.connections > seen, 20, "a new connection")
            wait_until(lambda: forwarder.listener.is_listening, 20, "listening again")
        assert forwarder.listener.connections <= 6
        put(db)
        notify(db)
        hook.wait_for(1, 5)
    assert caplog.text.count("listening again soon") <= 1, "one line a minute"


def test_lost_connections_lose_nothing(db: Db, hook: Receiver, run_forwarder: Run) -> None:
    for number in range(30):
        put(db, number=number)
    run_forwarder(slack=webhook(hook))
    for _ in range(10):
        time.sleep(0.05)
        db.rows(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and usename = 'test_forwarder'"
        )
    wait_until(lambda: all_done(db), 40)
    assert len(set(hook.keys)) == 30


def test_errors_of_the_database_are_said_in_one_line_a_minute(
    hook: Receiver, caplog: pytest.LogCaptureFixture, run_forwarder: Run
) -> None:
    with caplog.at_level(logging.INFO, logger="obs.forward"):
        run_forwarder("host=127.0.0.1 port=1 user=x dbname=x password=hunter2", slack=webhook(hook))
        time.sleep(2.5)
    assert "hunter2" not in caplog.text
    said = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert 1 <= len(said) <= 2  # one of the listener, one of the rest


def test_a_foreign_database_is_an_error_of_its_own(db: Db, hook: Receiver) -> None:
    from obs_client.errors import ForeignClusterError, translated

    db.call("accept_cluster", speaks=False)
    with pytest.raises(ForeignClusterError), translated():
        db.call("forwarder_beat", forwarder_id="f", channels=["x"])
    with pytest.raises(psycopg.Error, match="copy"):
        Forwarder(db.dsn_for("test_forwarder"), Config({"slack": webhook(hook)})).run_once()
