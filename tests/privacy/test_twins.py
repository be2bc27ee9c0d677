"""The client's copies of the database's expressions and key classes are copies."""

from __future__ import annotations

import re

from obs_client import redact_keys
from obs_client.redact_keys import PLAIN_KEYS, key_class
from obs_client.redact_patterns import PATTERNS
from support.db import Db
from support.install import SQL

FURTHER_KEYS = (
    "apiKey", "X-Api-Key", "api key", "ACCESS_KEY", "bucket_key", "cache_key", "session_id", "user_id", "prompt_tokens",
    "max_tokens", "systemPrompt", "content_hash", "content_type", "error_message", "phoneNumber", "card_no",
    "score_card",
    "scorecard", "firstName", "last_name", "company_name", "birthDate", "place_of_birth", "account", "account_id",
    "Größe", "", "_", "note", "tokens", "tokenCount", "passwordHash", "body_bytes", "html_text",
)  # fmt: skip


def test_the_expressions_are_the_same(db: Db) -> None:
    names = re.findall(r"when '(\w+)' then", (SQL / "functions/ingest/_pattern.sql").read_text("utf-8"))
    assert list(PATTERNS) == names
    different = [name for name in names if db.one("select obs._pattern(%s)", (name,)) != PATTERNS[name]]
    assert different == []


def test_every_expression_is_used(db: Db) -> None:
    texts = "".join(path.read_text("utf-8") for path in (SQL / "functions").rglob("_*.sql"))
    assert [name for name in PATTERNS if f"obs._pattern('{name}')" not in texts] == []


def test_the_plain_keys_are_the_same(db: Db) -> None:
    assert set(db.one("select obs._plain_keys()")) == PLAIN_KEYS


def test_keys_are_classed_alike(db: Db) -> None:
    sets = [value for value in vars(redact_keys).values() if isinstance(value, frozenset)]
    keys = sorted({*FURTHER_KEYS, *(word for words in sets for word in words)})
    assert {key: db.one("select obs._key_class(%s)", (key,)) for key in keys} == {key: key_class(key) for key in keys}


def test_only_the_last_word_of_a_key_tells() -> None:
    assert key_class("apiKey") == key_class("X-Api-Key") == key_class("access_token") == "secret"
    assert key_class("prompt_tokens") == key_class("content_hash_2") == key_class("cache_key") == "other"
    assert key_class("customer_phone_number") == "number"
