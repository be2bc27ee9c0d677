"""Forgetting where it is easily missed: rows of nobody, disguised addresses, rows that do not change, lists that go."""

from __future__ import annotations

import pytest

from support.db import Db
from support.pipeline import item, start

JANE = "jane.roe@planted.example.com"


@pytest.fixture
def written(db: Db) -> Db:
    start(db, "r1", tenant_id="a")
    item(db, "r1", "crawl", ok=False, tenant_id="a", error_msg=f"no answer from {JANE}", company_id="c1")
    item(db, "nowhere", "crawl", tenant_id="a", company_id=JANE)  # quarantined
    return db


@pytest.mark.parametrize("tenant", [None, ""])
def test_rows_of_no_tenant_are_searched_too(written: Db, tenant: str | None) -> None:
    written.execute("update obs.quarantined_events set tenant_id = %s", (tenant,))
    answer = written.call("forget_email", tenant_id="a", address=JANE)
    assert (answer["tables"], answer["left"]) == ({"run_event_logs": 1, "quarantined_events": 1}, 0)


@pytest.mark.parametrize("disguised", ["jane.roe%40planted.example.com", "ｊane.roe＠planted.example.com"])
def test_a_disguised_address_is_the_one_it_stands_for(written: Db, disguised: str) -> None:
    assert written.call("email_hashes", tenant_id="a", address=disguised) == written.call(
        "email_hashes", tenant_id="a", address=JANE
    )
    assert written.call("forget_email", tenant_id="a", address=disguised)["rows"] == 2


def test_what_could_not_be_changed_is_counted_as_left(written: Db) -> None:
    written.execute(
        """create function stays() returns trigger language plpgsql as 'begin return null; end';
        create trigger stays before update on obs.run_event_logs for each row execute function stays()"""
    )
    answer = written.call("forget_email", tenant_id="a", address=JANE)
    assert (answer["tables"], answer["left"]) == ({"quarantined_events": 1}, 1)


def test_a_shredded_tenant_s_list_of_the_forgotten_goes_and_no_other(written: Db) -> None:
    written.call("create_tenant", tenant_id="b")
    for tenant in ("a", "b"):
        written.call("forget_email", tenant_id=tenant, address=JANE)
    written.call("shred_tenant", tenant_id="a", confirm="a")
    assert written.rows("select tenant_id from obs.forgotten_emails") == [("b",)]
