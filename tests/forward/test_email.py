"""E-mail: encrypted and with a login, one conversation an alert, headers that nobody can add to."""

from __future__ import annotations

import smtplib
import ssl
from typing import Any

import pytest

from obs_client.forward.channels.base import Channel, Refused, TryLater
from support.mail import MailServer
from support.outbox import HOSTILE, message

from .conftest import channel


def make(mail: MailServer, **options: Any) -> Channel:
    given = {
        "host": "localhost", "port": mail.port, "from": "obs <obs@example.com>", "to": ["ops@example.com"],
        "user": "obs", "password": "env:TEST_MAIL", "ca_file": str(mail.ca_file), "timeout_s": 3, **options,
    }  # fmt: skip
    return channel("email", **given)


def test_a_letter_goes_out_over_tls_with_a_login(mail: MailServer) -> None:
    with smtplib.SMTP("127.0.0.1", mail.port) as plain, pytest.raises(smtplib.SMTPException):
        plain.sendmail("a@b.c", ["d@e.f"], "x")
    make(mail).deliver(message("it broke"), None, "obs-x-1")
    (letter,) = mail.letters
    assert (letter["From"], letter["To"], letter["Subject"]) == ("obs <obs@example.com>", "ops@example.com", "it broke")
    assert letter["Message-ID"] == "<obs-x-1@example.com>"
    assert letter["X-Obs-Idempotency-Key"] == "obs-x-1"
    assert letter.get_content().split("\r\n")[:2] == ["it broke", "Look at it."]


def test_an_alert_is_one_conversation(mail: MailServer) -> None:
    sender = make(mail)
    first = sender.deliver(message(), None, "obs-x-1")
    second = sender.deliver(message(kind="resolved"), first.external_ref, "obs-x-2")
    sender.deliver(message(thread_key="other"), None, "obs-x-3")
    one, two, three = mail.letters
    assert second.external_ref == first.external_ref == {"message_id": "obs-x-1"}
    assert two["In-Reply-To"] == one["Message-ID"]
    assert two["References"].split() == [one["References"].strip(), one["Message-ID"]]
    assert three["References"] != one["References"]


def test_a_second_try_is_the_same_letter(mail: MailServer) -> None:
    for _ in range(2):
        make(mail).deliver(message(), None, "obs-x-1")
    assert mail.letters[0]["Message-ID"] == mail.letters[1]["Message-ID"]


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_add_no_header(mail: MailServer, hostile: str) -> None:
    make(mail).deliver(message(hostile, text=hostile), {"message_id": f"<x@y>{hostile}"}, "obs-x-1")
    (letter,) = mail.letters
    assert set(letter.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
        "X-Obs-Idempotency-Key", "Content-Type", "Content-Transfer-Encoding", "MIME-Version",
    }  # fmt: skip
    assert letter["To"] == "ops@example.com"


def test_a_wrong_password_is_final(mail: MailServer) -> None:
    with pytest.raises(Refused, match="535"):
        make(mail, password="env:TEST_HOOK").deliver(message(), None, "obs-x-1")


def test_a_certificate_nobody_vouches_for_is_final(mail: MailServer) -> None:
    with pytest.raises(Refused, match="not trusted"):
        make(mail, ca_file=ssl.get_default_verify_paths().openssl_cafile).deliver(message(), None, "obs-x-1")
    assert mail.letters == []


def test_a_mailbox_that_does_not_exist_is_final_unless_another_took_it(mail: MailServer) -> None:
    with pytest.raises(Refused, match="550"):
        make(mail, to=["nobody@example.com"]).deliver(message(), None, "obs-x-1")
    make(mail, to=["nobody@example.com", "ops@example.com"]).deliver(message(), None, "obs-x-1")
    assert len(mail.letters) == 1


@pytest.mark.parametrize(
    ("answer", "outcome"), [("451 busy", TryLater), ("421 closing", TryLater), ("554 no", Refused)]
)
def test_what_the_server_says_decides(mail: MailServer, answer: str, outcome: type[Exception]) -> None:
    mail.answers.append(answer)
    with pytest.raises(outcome):
        make(mail).deliver(message(), None, "obs-x-1")


def test_a_server_that_is_not_there_is_tried_again(mail: MailServer) -> None:
    sender = make(mail)
    mail.close()
    with pytest.raises(TryLater):
        sender.deliver(message(), None, "obs-x-1")
