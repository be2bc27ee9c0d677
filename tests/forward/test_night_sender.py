"""The forwarder's sender of nights: how often it asks, what it does when something goes wrong, and whose claims are."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from obs_client import report
from obs_client.forward import Config, Forwarder, nights
from obs_client.forward.patience import Complaint
from support.db import Db
from support.mail import MailServer
from support.outbox import wait_until

from .test_nights import Holding, claims, holding, night, plan

__all__ = ["holding", "night"]


class Counting:
    """A connection that counts its claims."""

    def __init__(self, conn: Any) -> None:
        self._conn, self.claims = conn, 0

    def execute(self, query: str, *more: Any) -> Any:
        self.claims += "claim_night_mail" in str(query)
        return self._conn.execute(query, *more)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._conn, name)


def test_a_night_that_went_out_is_not_asked_for_again(db: Db, night: Db, mail: MailServer) -> None:
    conn: Any = Counting(night.conn)
    sender = nights.Sender(plan(mail), Complaint())
    assert [sender.send(conn) for _ in range(5)] == [0] * 5
    assert (conn.claims, len(mail.letters)) == (1, 1)


def test_one_that_somebody_else_has_is_asked_for_after_a_pause(db: Db, night: Db, mail: MailServer) -> None:
    """Who has it may have to give it free, and not be there to try again."""
    date = db.one("select night from obs.last_night where tenant_id = 'a'")
    assert night.call("claim_night_mail", tenant_id="a", night=date, recipients=plan(mail).to)
    conn: Any = Counting(night.conn)
    sender = nights.Sender(plan(mail), Complaint())
    assert [sender.send(conn) for _ in range(5)] == [0] * 5
    assert (conn.claims, mail.letters) == (1, [])
    night.call("end_night_mail", tenant_id="a", night=date, recipients=plan(mail).to, sent=False)
    sender._rests = {at: until - nights.PAUSE_SECONDS for at, until in sender._rests.items()}
    assert sender.send(conn) == 0
    assert len(mail.letters) == 1


@pytest.mark.parametrize("error", [KeyError("jo@example.com"), psycopg.errors.QueryCanceled("too slow")])
def test_a_report_that_cannot_be_made_is_told_and_rests(
    db: Db, night: Db, mail: MailServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:  # fmt: skip
    def broken(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(report, "rendered", broken)
    conn: Any = Counting(night.conn)
    sender = nights.Sender(plan(mail), Complaint())
    with caplog.at_level(logging.WARNING):
        assert [sender.send(conn) for _ in range(3)] == [1, 0, 0]
    assert (conn.claims, claims(db)) == (1, [])
    assert type(error).__name__ in caplog.text
    assert "jo@example.com" not in caplog.text


@pytest.fixture
def forwarder_dsn(db: Db, night: Db, new_login: Callable[..., str]) -> str:
    login = new_login("obs_forwarder", "obs_reader")
    db.call("grant_access", role=login, tenant_id="a")
    return db.dsn_for(login)


def test_two_forwarders_mail_it_once(db: Db, forwarder_dsn: str, mail: MailServer) -> None:
    begin = threading.Barrier(2)
    failed: list[int] = []

    def work() -> None:
        made = plan(mail)
        forwarder = Forwarder(forwarder_dsn, Config({"mail": made.channel}, ticks=False, report=made))
        begin.wait(20)
        failed.append(forwarder.run_once())

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == [0, 0]
    reports = [one for one in mail.letters if str(one["Subject"]).startswith("obs: Night")]
    assert len(reports) == 1
    assert claims(db) == [("a", True)]


def test_a_running_forwarder_mails_it(
    forwarder_dsn: str, mail: MailServer, run_forwarder: Callable[..., Forwarder]
) -> None:
    made = plan(mail)
    run_forwarder(forwarder_dsn, {"report": made}, mail=made.channel)
    wait_until(lambda: any(str(one["Subject"]).startswith("obs: Night") for one in mail.letters))


def test_a_letter_under_way_is_ended_before_the_forwarder_stops(
    db: Db, night: Db, holding: Holding, new_login: Callable[..., str]
) -> None:
    login = new_login("obs_forwarder", "obs_reader")
    db.call("grant_access", role=login, tenant_id="a")
    made = plan(holding)
    forwarder = Forwarder(db.dsn_for(login), Config({"mail": made.channel}, ticks=False, report=made))
    thread = threading.Thread(target=forwarder.run)
    thread.start()
    wait_until(lambda: bool(holding.letters))
    forwarder.stop()
    threading.Timer(1.0, lambda: setattr(holding, "go_on", True)).start()
    thread.join(30)
    assert claims(db) == [("a", True)]


def test_a_claim_is_ended_by_who_made_it_or_by_ops(db: Db, night: Db, new_login: Callable[..., str]) -> None:
    date = db.one("select night from obs.last_night where tenant_id = 'a'")
    asked = {"tenant_id": "a", "night": date, "recipients": ["x@y.example"]}
    other = new_login("obs_reader")
    db.call("grant_access", role=other, tenant_id="a")
    assert night.call("claim_night_mail", **asked)
    for sent in (True, False):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="claimed by 'test_reader_a'"):
            db.login(other).call("end_night_mail", **asked, sent=sent)
    assert claims(db) == [("a", False)]
    night.call("end_night_mail", **asked, sent=True)
    assert claims(db) == [("a", True)]
    db.login("test_ops").call("end_night_mail", **asked, sent=False)
    assert claims(db) == []
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        night.call("claim_night_mail", **{**asked, "night": "infinity"})


def test_claims_go_with_the_outbox(db: Db, night: Db, mail: MailServer) -> None:
    nights.send(night.conn, plan(mail))
    db.execute("update obs.night_mails set claimed_at = now() - interval '89 days'")
    db.one("select obs._prune_outbox(1000)")
    assert len(claims(db)) == 1
    db.execute("update obs.night_mails set claimed_at = now() - interval '91 days'")
    db.one("select obs._prune_outbox(1000)")
    assert claims(db) == []


def test_a_copy_of_the_database_mails_nothing(db: Db, night: Db, mail: MailServer) -> None:
    db.call("accept_cluster", speaks=False)
    with pytest.raises(psycopg.Error) as caught:
        nights.send(night.conn, plan(mail))
    assert (caught.value.sqlstate, mail.letters) == ("OB009", [])
