"""Content: a keyed hash says whether it changed; the text stays only where a tenant asks, for 90 days at most."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from support.db import Db
from support.pipeline import refused, start

PAGE = "Acme makes anvils.\n\n  Write to jane.doe@acme.example"


@pytest.fixture
def content(db: Db, tenants: tuple[str, str]) -> Db:
    for number in (1, 2, 3):
        start(db, f"r{number}", started_at=f"2026-03-0{number} 01:00:00+00")
    return db


def keep(db: Db, run: str = "r1", text: str = PAGE, company: str = "c1", kind: str = "about", **more: Any) -> Any:
    return db.call("keep_content", run_id=run, company_id=company, kind=kind, content=text, **more)


def days(db: Db, number: int | None, tenant: str | None = "a") -> None:
    db.execute("select obs.set_setting('content_retention_days', to_jsonb(%s::int), %s)", (number, tenant))


def kept(db: Db) -> list[Any]:
    return db.rows("select * from obs.retained_content order by run_id, company_id, kind")


def test_by_default_only_hash_and_length_stay(content: Db) -> None:
    answer = keep(content)
    assert answer == {"hash": answer["hash"], "length": len(PAGE), "changed": None, "kept_until": None}
    assert answer["hash"].startswith("h1:")
    assert kept(content) == []
    row = content.row("select * from obs.content_hashes")
    assert (row.tenant_id, row.company_id, row.kind, row.content_length) == ("a", "c1", "about", len(PAGE))
    assert "anvils" not in str(row)


def test_a_change_is_told_once_and_again_for_the_same_run(content: Db) -> None:
    assert keep(content, "r1")["changed"] is None
    assert keep(content, "r2", PAGE.replace("\n\n  ", " "))["changed"] is False, "white space is no change"
    assert keep(content, "r3", PAGE + "!")["changed"] is True
    assert keep(content, "r3", PAGE + "!")["changed"] is True
    assert keep(content, "r3", PAGE)["changed"] is False
    assert keep(content, "r2", PAGE + "?")["changed"] is None, "an older run speaks for nothing"
    assert content.row("select run_id, previous_run_id from obs.content_hashes") == ("r3", "r2")
    assert keep(content, "r3", PAGE, kind="team")["changed"] is None
    assert keep(content, "r3", PAGE, company="c2")["changed"] is None


def test_equal_contents_of_two_tenants_have_different_hashes(content: Db) -> None:
    start(content, "rb", "b")
    assert keep(content)["hash"] != keep(content, "rb")["hash"]


def test_an_older_pepper_still_compares_and_a_destroyed_one_does_not(content: Db) -> None:
    keep(content, "r1")
    content.execute("insert into obs.tenant_peppers (tenant_id, version, pepper) values ('a', 2, '\\x0102')")
    answer = keep(content, "r2")
    assert (answer["changed"], answer["hash"][:3]) == (False, "h2:")
    content.execute("update obs.tenant_peppers set pepper = null, destroyed_at = now()")
    answer = keep(content, "r3")
    assert (answer["changed"], answer["hash"]) == (None, "masked")


def test_a_tenant_that_asks_gets_the_redacted_text_until_it_expires(content: Db) -> None:
    days(content, 10)
    answer = keep(content)
    row = kept(content)[0]
    assert "Acme makes anvils." in row.content
    assert "jane.doe" not in row.content
    assert row.expires_at - row.stored_at == timedelta(days=10)
    assert answer["kept_until"] is not None
    content.set_now((row.expires_at - timedelta(minutes=1)).isoformat())
    assert content.one("select obs._prune_content()") == 0
    content.set_now((row.expires_at + timedelta(minutes=1)).isoformat())
    assert content.one("select obs._prune_content()") == 1
    assert kept(content) == []


def test_a_lowered_setting_holds_for_what_is_stored_and_a_raised_one_does_not(content: Db) -> None:
    days(content, 10)
    keep(content)
    days(content, 60)
    content.one("select obs._prune_content()")
    assert kept(content)[0].expires_at - kept(content)[0].stored_at == timedelta(days=10)
    days(content, 3)
    content.one("select obs._prune_content()")
    assert kept(content)[0].expires_at - kept(content)[0].stored_at == timedelta(days=3)
    keep(content, "r1", PAGE + "!")
    assert kept(content)[0].expires_at - kept(content)[0].stored_at <= timedelta(days=3)
    days(content, 0)
    assert content.one("select obs._prune_content()") == 2, "its end brought forward, then gone"
    assert kept(content) == []


def test_no_hand_keeps_content_longer_than_90_days(content: Db) -> None:
    days(content, 90)
    keep(content)
    for change in ("expires_at = expires_at + interval '1 second'", "stored_at = stored_at - interval '1 second'"):
        with pytest.raises(psycopg.errors.CheckViolation, match="retained_content_at_most_90_days"):
            content.execute(f"update obs.retained_content set {change}")


@pytest.mark.parametrize("value", ["91", "-1", "1.5", '"10"', "null", "[]"])
def test_a_setting_that_cannot_be_is_refused(content: Db, value: str) -> None:
    query = "select obs.set_setting('content_retention_days', %s, 'a')"
    assert refused(content.execute, query, (value,)).sqlstate == "22023"


def test_batches_end_where_they_are_told(content: Db) -> None:
    days(content, 1)
    for number in range(7):
        keep(content, company=f"c{number}")
    content.set_now((content.one("select clock_timestamp()") + timedelta(days=2)).isoformat())
    assert [content.one("select obs._prune_content(3)") for _ in range(4)] == [3, 3, 1, 0]


def test_a_hash_goes_13_months_after_it_was_last_seen(content: Db) -> None:
    keep(content)
    for days_later, left in ((395, 1), (397, 0)):
        content.set_now((content.one("select clock_timestamp()") + timedelta(days=days_later)).isoformat())
        content.one("select obs._prune_content()")
        assert content.one("select count(*) from obs.content_hashes") == left


def test_a_discarded_run_takes_its_content_with_it(content: Db) -> None:
    days(content, 10)
    keep(content)
    content.call("discard_run", run_id="r1", tenant_id="a")
    assert kept(content) == []


def test_who_may_not_and_what_cannot_be(content: Db) -> None:
    writer_b, reader = content.login("test_writer_b"), content.login("test_reader_a")
    assert refused(keep, writer_b).sqlstate == "OB002"
    assert refused(keep, reader).sqlstate == "42501"
    assert keep(content.login("test_writer_a"))["changed"] is None
    bad: list[dict[str, Any]] = [{"kind": "About us"}, {"kind": None}, {"text": None}, {"company": ""}]
    for more in (*bad, {"company": "jane.doe@acme.example"}):
        assert refused(keep, content, **more).sqlstate == "22023"
    assert refused(keep, content, "nobody").sqlstate == "OB002"
