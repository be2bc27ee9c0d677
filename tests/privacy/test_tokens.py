"""What stands for an address: the same within a tenant, another in the next, nothing without a pepper."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from support.db import Db

ADDRESS = "nora@brindle.example"


def token(db: Db, tenant: str | None, text: str) -> str:
    return str(db.one("select obs._redact_text(%s, %s)", (tenant, text)))


@pytest.mark.parametrize("size", [0, 1, 32, 63, 64, 65, 200])
def test_the_hmac_is_the_standards(db: Db, size: int) -> None:
    key = bytes(range(1, size + 1))
    expected = hmac.new(key, b"what is hashed", hashlib.sha256).digest()
    assert db.one("select obs._hmac_sha256(%s, %s)", (key, b"what is hashed")) == expected


def test_spellings_of_an_address_are_one_token(db: Db, tenants: tuple[str, str]) -> None:
    others = ("NORA@Brindle.Example", "nora＠brindle.example", "no\u200bra@brindle.example", "nora%40brindle.example")
    found = {token(db, "a", spelling) for spelling in (ADDRESS, *others)}
    pepper = db.one("select pepper from obs.tenant_peppers where tenant_id = 'a'")
    expected = hmac.new(pepper, ADDRESS.encode(), hashlib.sha256).hexdigest()[:32]
    assert found == {f"email:h1:{expected}"}


def test_tenants_have_different_tokens(db: Db, tenants: tuple[str, str]) -> None:
    assert token(db, "a", ADDRESS) != token(db, "b", ADDRESS)


@pytest.mark.parametrize("tenant", [None, "nobody"])
def test_without_a_pepper_nothing_is_hashed(db: Db, tenant: str | None) -> None:
    assert token(db, tenant, ADDRESS) == "email:masked"
    left = db.one('select obs._redact_extra(%s, \'{"note": "free text it is"}\')', (tenant,))
    assert left == {"note": {"len": 15, "hash": "masked"}}


def test_a_new_pepper_is_named_in_the_token(db: Db, tenants: tuple[str, str]) -> None:
    first = token(db, "a", ADDRESS)
    db.execute("insert into obs.tenant_peppers (tenant_id, version, pepper) values ('a', 2, sha256('new'))")
    second = token(db, "a", ADDRESS)
    assert (first[:9], second[:9]) == ("email:h1:", "email:h2:")
    assert first[9:] != second[9:]


def test_a_destroyed_pepper_hashes_no_more(db: Db, tenants: tuple[str, str]) -> None:
    db.execute("update obs.tenant_peppers set pepper = null, destroyed_at = now() where tenant_id = 'a'")
    assert token(db, "a", ADDRESS) == "email:masked"


def test_a_text_left_out_is_known_again(db: Db, tenants: tuple[str, str]) -> None:
    query = "select obs._redact_extra(%s, jsonb_build_object('note', %s::text)) -> 'note' ->> 'hash'"
    first, again, other = (db.one(query, row) for row in (("a", "one text"), ("a", "one text"), ("a", "two texts")))
    assert first == again != other
    assert first != db.one(query, ("b", "one text"))
