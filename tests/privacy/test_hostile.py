"""No input up to the limit, however odd, holds the redactors for long."""

from __future__ import annotations

import time
from collections.abc import Iterator

import psycopg
import pytest

from obs_client import redact
from support.db import Db

UNITS = (
    "@", "a", "1", "(", "a.", "%40", "%2540", "-", "1 ", "+", "+1", "a@", "@a", "a@a", "a@a.", '"', '"@a', "://",
    "://a:b",
    "token=", "password=", "Bearer ", "authorization: ", "cookie: a; ", "12 ", "123 ", "123-", "(12) ", "0", "00 ",
    "1.",
    "ab12", "GB12 ", "AAAA", "YWFh", "eyJ", "eyJ-", "eyJa.", "xoxb-",
    "-----BEGIN PRIVATE KEY-----", "\\u0040", "&#64;",
    "é", "＠", "\u200b", "\u0300\u0316", "ﷺ", "𝟎", " at a dot ", "[at]", "1:AA", "4111 ", "phone 1", "a=", ".@", "a@[",
    "9999999999 ", "secret: ", "\n", "A1", "Ab", "x1",
)  # fmt: skip
SIZES = (4_000, 16_000)
LIMIT_MS = 1_000


def inputs() -> Iterator[str]:
    for size in SIZES:
        for unit in UNITS:
            yield (unit * size)[:size].encode()[:size].decode(errors="ignore")
        yield " ".join(f"u{n}@brindle{n}.example" for n in range(size))[:size]
        yield " ".join(f"token=abc{n}defghijklmnop" for n in range(size))[:size]
        yield "a" * (size - 5) + "@b.co"


def test_the_database_is_not_held(db: Db) -> None:
    db.call("create_tenant", tenant_id="a")
    db.execute(f"set statement_timeout = {LIMIT_MS}")
    for text in inputs():
        try:
            found = db.row("select obs._redact_text('a', %s), obs._redact_id('a', %s)", (text, text))
        except psycopg.errors.QueryCanceled:
            pytest.fail(f"over {LIMIT_MS} ms: {text[:40]!r}")
        assert all(len(part) <= 2 * len(text) + 4096 for part in found)


def test_the_client_is_not_held() -> None:
    for text in inputs():
        begun = time.thread_time()
        redact.redact_text(text)
        redact.redact_id(text)
        assert time.thread_time() - begun < LIMIT_MS / 1000, text[:40]


def test_odd_extras_are_bounded(db: Db) -> None:
    db.execute(f"set statement_timeout = {3 * LIMIT_MS}")
    deep = "[" * 500 + "1" + "]" * 500
    for extra in ('{"a": ' + deep + "}", "{" + ", ".join(f'"k{n}": {n}' for n in range(1200)) + "}"):
        assert db.one("select obs._redact_extra('a', %s::jsonb) is not null", (extra,))
