"""Claiming: leases, order, one at a time of a thread, several forwarders, and nothing for others."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import psycopg
import pytest

from support.db import Db
from support.health import checks
from support.outbox import claim, make_due, put, put_alert, states


def test_a_claim_is_a_lease_with_all_that_sending_needs(db: Db) -> None:
    number = put(db, tenant_id="a", alert_ids=[])
    (claimed,) = claim(db, lease="30 seconds")
    assert (claimed.notification_id, claimed.tenant_id, claimed.channel, claimed.kind) == (
        number,
        "a",
        "slack",
        "firing",
    )
    assert (claimed.severity, claimed.thread_key, claimed.ticket_key, claimed.attempts) == ("warning", "t1", "k1", 1)
    assert (claimed.external_ref, claimed.message, claimed.needs_evidence) == (None, None, [])
    left = db.one("select lease_until - clock_timestamp() from obs.notifications")
    assert timedelta(seconds=25) < left <= timedelta(seconds=30)
    assert claim(db) == []
    assert claim(db, forwarder_id="f2") == []


def test_pages_go_first_then_what_came_first(db: Db) -> None:
    ticket = put(db, number=1, severity="ticket")
    warning = put(db, number=2, severity="warning")
    first_page = put(db, number=3, severity="page")
    second_page = put(db, number=4, severity="page")
    assert [row.notification_id for row in claim(db)] == [first_page, second_page, warning, ticket]


def test_the_limit_holds_and_the_rest_stays(db: Db) -> None:
    for number in range(5):
        put(db, number=number)
    assert len(claim(db, limit=3)) == 3
    assert len(claim(db, limit=3)) == 2


def test_a_lease_that_ran_out_is_claimed_again_with_the_same_key(db: Db) -> None:
    put(db)
    (first,) = claim(db)
    make_due(db)
    (second,) = claim(db, forwarder_id="f2")
    assert second.idempotency_key == first.idempotency_key
    assert second.attempts == 2
    assert db.call("complete_notification", notification_id=first.notification_id, forwarder_id="f1") is False
    assert db.call("complete_notification", notification_id=first.notification_id, forwarder_id="f2") is True


def test_a_short_lease_really_ends(db: Db) -> None:
    put(db)
    assert len(claim(db, lease="1 second")) == 1
    assert claim(db) == []
    db.execute("select pg_sleep(1.05)")
    assert len(claim(db)) == 1


def test_of_a_thread_only_the_oldest_is_under_way(db: Db) -> None:
    first = put(db, number=1, kind="firing")
    second = put(db, number=1, kind="resolved", severity="page")
    assert [row.notification_id for row in claim(db)] == [first]
    assert claim(db, forwarder_id="f2") == []
    db.call("complete_notification", notification_id=first, forwarder_id="f1", external_ref={"ts": "1.2"})
    (row,) = claim(db, forwarder_id="f2")
    assert (row.notification_id, row.external_ref) == (second, {"ts": "1.2"})


def test_what_is_given_up_holds_nothing_back(db: Db) -> None:
    first, second = put(db, number=1), put(db, number=1, kind="resolved")
    claim(db)
    db.call("fail_notification", notification_id=first, forwarder_id="f1", error="no", permanent=True)
    assert [row.notification_id for row in claim(db)] == [second]


def test_of_a_ticket_only_the_oldest_is_under_way(db: Db) -> None:
    first = put(db, number=1, ticket_key="same")
    second = put(db, number=2, ticket_key="same")
    other = put(db, number=2, ticket_key="same", tenant_id="b")
    assert [row.notification_id for row in claim(db)] == [first, other]
    db.call(
        "complete_notification",
        notification_id=first,
        forwarder_id="f1",
        external_ref={"scope": "ticket", "key": "OPS-1"},
    )
    (row,) = claim(db)
    assert (row.notification_id, row.external_ref) == (second, {"scope": "ticket", "key": "OPS-1"})


def test_a_threads_own_reference_beats_the_tickets(db: Db) -> None:
    number = put(db, number=1)
    for key, name in (("k1", "ticket"), ("t1", "thread")):
        db.execute("insert into obs.notification_threads values ('a', 'slack', %s, %s)", (key, f'{{"is": "{name}"}}'))
    (row,) = claim(db)
    assert (row.notification_id, row.external_ref) == (number, {"is": "thread"})


def test_only_the_named_channels_are_claimed(db: Db) -> None:
    put(db, "mail", 1)
    mine = put(db, "slack", 2)
    assert [row.notification_id for row in claim(db, "slack", "jira")] == [mine]


def test_new_alerts_without_evidence_are_named(db: Db, tenants: tuple[str, str]) -> None:
    fresh, known, foreign = (
        put_alert(db, "a"),
        put_alert(db, "a", subject="x", evidence="[]"),
        put_alert(db, "b"),
    )
    put(db, number=1, alert_ids=[known, fresh, foreign])
    put(db, number=2, alert_ids=[fresh, foreign], tenant_id="")
    put(db, number=3, alert_ids=[fresh], kind="resolved")
    assert [row.needs_evidence for row in claim(db)] == [[fresh], [fresh, foreign], []]


def test_eight_forwarders_at_once_share_without_doubles(db: Db) -> None:
    for number in range(200):
        put(db, number=number)
    got: list[int] = []

    def work(name: str) -> None:
        with psycopg.connect(db.dsn_for("test_forwarder"), autocommit=True) as conn:
            while rows := conn.execute(
                "select notification_id from obs.claim_notifications(%s, '{slack}', 3)", (name,)
            ).fetchall():
                got.extend(number for (number,) in rows)

    threads = [threading.Thread(target=work, args=(f"f{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # A claim that skipped what another one held may have come back empty a moment too early.
    got += [row.notification_id for row in claim(db, limit=200)]
    assert sorted(got) == sorted(states(db))
    assert len(set(got)) == 200


def test_a_backlog_nobody_has_analyzed_is_claimed_quickly(db: Db) -> None:
    db.execute(
        """insert into obs.notifications (
            tenant_id, kind, route_name, channel, alert_code, severity, thread_key, ticket_key)
        select 'a', 'firing', 'warn', 'slack', 'CR-02', 'warning', 't' || i / 3, 'k' || i / 30
        from generate_series(1, 10000) i"""
    )
    began = time.monotonic()
    for _ in range(5):
        (row,) = claim(db, limit=1)
        db.call("complete_notification", notification_id=row.notification_id, forwarder_id="f1")
    assert time.monotonic() - began < 5


def test_the_key_names_the_database_and_the_notification(db: Db) -> None:
    number = put(db)
    (row,) = claim(db)
    identity = db.one("select obs._cluster_identity()")
    assert row.idempotency_key == f"obs-{db.one('select left(md5(%s), 12)', (identity,))}-{number}"


@pytest.mark.parametrize(
    "wrong",
    [
        {"forwarder_id": ""},
        {"forwarder_id": "has space"},
        {"forwarder_id": None},
        {"channels": []},
        {"channels": None},
        {"limit": 0},
        {"limit": None},
        {"lease": "0 seconds"},
        {"lease": "2 hours"},
        {"lease": None},
    ],
    ids=str,
)
def test_what_cannot_be_is_refused(db: Db, wrong: dict[str, object]) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        db.call("claim_notifications", **{"forwarder_id": "f1", "channels": ["slack"], **wrong})


@pytest.mark.parametrize("login", ["test_reader", "test_writer", "test_ops", "test_bi", "test_nobody"])
def test_only_forwarders_claim(db: Db, login: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        claim(db.login(login))


def test_a_forwarder_reads_no_table(db: Db) -> None:
    forwarder = db.login("test_forwarder")
    assert claim(forwarder) == []
    for table in ("notifications", "alerts", "tenants", "run_event_logs", "notification_routes"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            forwarder.rows(f"select from obs.{table}")


def test_status_says_since_when_the_oldest_waits_only_where_one_does(db: Db) -> None:
    assert checks(db)["outbox"].detail == "0 wait, 0 given up in the last day"
    put(db)
    assert checks(db)["outbox"].detail.startswith("1 wait, 0 given up in the last day; the oldest waits since 0 s")
