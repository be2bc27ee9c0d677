"""Who may keep which text in extra: allow-lists, strict tenants, size."""

from __future__ import annotations

from typing import Any

from psycopg.types.json import Jsonb

from support.db import Db

TEXT = "how do I check my balance?"


def stored(db: Db, tenant: str, extra: Any) -> Any:
    return db.one("select obs._redact_extra(%s, %s)", (tenant, Jsonb(extra)))


def test_a_key_is_allowed_for_everybody_or_one_tenant(db: Db, tenants: tuple[str, str]) -> None:
    db.call("allow_extra_key", key="note")
    db.call("allow_extra_key", key="remark", tenant_id="a")
    for tenant, kept in (("a", {"note", "remark"}), ("b", {"note"})):
        found = stored(db, tenant, {"note": TEXT, "remark": TEXT, "other": TEXT})
        assert {key for key, value in found.items() if value == TEXT} == kept


def test_what_an_allowed_object_holds_is_judged_by_its_own_keys(db: Db, tenants: tuple[str, str]) -> None:
    db.call("allow_extra_key", key="note")
    found = stored(db, "a", {"note": {"text": TEXT, "n": 1}, "list": [{"note": TEXT}]})
    assert found["note"]["n"] == 1
    assert found["note"]["text"]["len"] == len(TEXT)
    assert found["list"] == [{"note": TEXT}]


def test_a_strict_tenant_drops_unknown_keys(db: Db, tenants: tuple[str, str]) -> None:
    db.call("set_setting", key="extra_mode", value=Jsonb("strict"), tenant_id="a")
    db.call("allow_extra_key", key="note", tenant_id="a")
    extra = {"bucket": "High", "pages": 3, "note": TEXT, "contacts": [{"email": "nora@brindle.example"}]}
    assert stored(db, "a", extra) == {"bucket": "High", "note": TEXT}
    assert set(stored(db, "b", extra)) == set(extra)


def test_too_large_an_extra_keeps_its_plain_values(db: Db, tenants: tuple[str, str]) -> None:
    found = stored(db, "a", {"bucket": "High", "blob": "x" * 20_000, "reason": "y" * 20_000})
    assert found.keys() == {"bucket", "obs_cut", "obs_warnings"}
    assert found["obs_cut"]["bytes"] > 40_000
    assert found["obs_cut"]["hash"].startswith("h1:")
    assert found["obs_warnings"] == ["extra_cut"]
    assert stored(db, "a", found) == found


def test_what_is_no_object_is_scrubbed_too(db: Db, tenants: tuple[str, str]) -> None:
    assert stored(db, "a", ["nora@brindle.example", 1])[1] == 1
    assert "nora" not in str(stored(db, "a", ["nora@brindle.example", 1]))
    assert stored(db, "a", 4000123412341234) == "card:masked"


def test_a_long_text_keeps_head_and_end(db: Db, tenants: tuple[str, str]) -> None:
    text = "It began with nora@brindle.example " + "word " * 4000 + "and ended in an error of otto@brindle.example"
    found = db.one("select obs._redact_text('a', %s)", (text,))
    assert len(found) < 4096
    assert found.startswith("It began with email:h1:")
    assert f"[cut from {len(text)} bytes, h1:" in found
    assert "and ended in an error of email:h1:" in found


def test_the_end_of_a_private_key_is_not_kept(db: Db, tenants: tuple[str, str]) -> None:
    key = "-----BEGIN PRIVATE KEY-----\n" + "QuillBrindle0123\n" * 500 + "-----END PRIVATE KEY-----"
    assert "QuillBrindle" not in db.one("select obs._redact_text('a', %s)", (key,))
