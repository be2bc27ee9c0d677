"""Webhooks: signed, with a key that tells repeats, and not into the private network."""

from __future__ import annotations

import hashlib
import hmac
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme

from obs_client.forward.channels import webhook as module
from obs_client.forward.channels.base import Refused, TryLater, retry_after
from support.outbox import HOSTILE, message
from support.receivers import Answer, Receiver

from .conftest import SECRETS, channel, webhook


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_the_signature_proves_the_body(hook: Receiver, hostile: str) -> None:
    webhook(hook).deliver(message(hostile), None, "obs-x-1")
    (request,) = hook.requests
    moment, signed = (part.partition("=")[2] for part in request.headers["x-obs-signature"].split(","))
    wanted = hmac.new(SECRETS["HOOK"].encode(), f"{moment}.".encode() + request.raw, hashlib.sha256).hexdigest()
    assert hmac.compare_digest(signed, wanted)
    assert request.headers["idempotency-key"] == request.json["idempotency_key"] == "obs-x-1"
    assert request.headers["host"] == f"127.0.0.1:{hook.port}"
    assert request.json["title"] == hostile


def test_a_private_address_is_refused_unless_it_is_allowed(hook: Receiver) -> None:
    sender = channel("webhook", url=f"https://localhost:{hook.port}/", secret="env:TEST_HOOK")
    with pytest.raises(Refused, match="private address") as caught:
        sender.deliver(message(), None, "obs-x-1")
    assert caught.value.permanent
    assert hook.requests == []


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
        ),
        *(
            "::1",
            "::",
            "fe80::1",
            "fec0::1",
            "fc00::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
        ),
        *("255.255.255.255", "192.0.2.1", "240.0.0.1", "ff02::1", "2001::1", "nonsense"),
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not module.is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111"])
def test_addresses_that_are_public(address: str) -> None:
    assert module.is_public(address)


def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    def both(*_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in ("8.8.8.8", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    sender = channel("webhook", url="https://hooks.example.com/", secret="env:TEST_HOOK")
    with pytest.raises(Refused, match=r"10\.0\.0\.1"):
        sender.deliver(message(), None, "obs-x-1")


def test_the_address_that_was_checked_is_the_one_connected_to(hook: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads elsewhere the second time it is asked has no second time."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def once(host: str, *rest: Any, **more: Any) -> Any:
        if host == "rebinding.example":
            asked.append(host)
            return real("127.0.0.1", *rest, **more)
        return real(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", once)
    webhook(hook, url=f"http://rebinding.example:{hook.port}/x").deliver(message(), None, "obs-x-1")
    assert asked == ["rebinding.example"]
    assert hook.requests[0].headers["host"] == f"rebinding.example:{hook.port}"


@pytest.mark.parametrize(("name", "is_good"), [("localhost", True), ("other.example", False)])
def test_the_certificate_must_be_that_of_the_name(tmp_path: Path, name: str, is_good: bool) -> None:
    """Although it is an address that is connected to."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    hook = Receiver(context)
    try:
        sender = webhook(hook, ca_file=str(tmp_path / "ca.pem"))
        if is_good:
            sender.deliver(message(), None, "obs-x-1")
            assert hook.requests[0].headers["host"] == f"localhost:{hook.port}"
        else:
            with pytest.raises(TryLater, match="certificate"):
                sender.deliver(message(), None, "obs-x-1")
            assert hook.requests == []
    finally:
        hook.close()


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(500), TryLater),
        (Answer(429, {}, {"Retry-After": "9"}), TryLater),
        (Answer(408), TryLater),
        (Answer(200, delay=5), TryLater),
        (Answer(401), Refused),
        (Answer(404), Refused),
        (Answer(410), Refused),
        (Answer(302, {}, {"Location": "http://169.254.169.254/"}), Refused),
    ],
    ids=lambda value: str(getattr(value, "status", "")),
)
def test_the_answer_decides(hook: Receiver, answer: Answer, outcome: type[Exception]) -> None:
    hook.script.append(answer)
    with pytest.raises(outcome):
        webhook(hook, timeout_s=1).deliver(message(), None, "obs-x-1")
    assert len(hook.requests) == 1


def test_a_name_that_cannot_be_resolved_is_tried_again() -> None:
    sender = channel("webhook", url="https://no-such-host.invalid/", secret="env:TEST_HOOK")
    with pytest.raises(TryLater):
        sender.deliver(message(), None, "obs-x-1")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7), ("0", 0), ("-3", 0), ("1e9", 6 * 3600), ("nan", None), ("soon", None), ("", None), (None, None)],
)
def test_retry_after_is_read(header: str | None, seconds: float | None) -> None:
    assert retry_after(header) == seconds


def test_retry_after_may_be_a_date() -> None:
    import datetime

    now = datetime.datetime(2026, 11, 18, 1, 0, tzinfo=datetime.timezone.utc)
    assert retry_after("Wed, 18 Nov 2026 01:00:30 GMT", now) == 30
