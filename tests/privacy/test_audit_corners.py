"""Audits where they are easily blind: closed keys, cuts of long texts, several kinds at once, days about to leave."""

from __future__ import annotations

import pytest
from psycopg.types.json import Jsonb

from support.aged import days_back, nights
from support.db import Db
from support.pipeline import item, start

RAW = "jane.roe@planted.example.com"


@pytest.fixture
def filled(db: Db) -> Db:
    start(db, "r1", tenant_id="a")
    item(db, "r1", "crawl", ok=False, tenant_id="a", error_msg="timeout", company_id="c1")
    db.call("finish_run", run_id="r1", tenant_id="a")
    return db


def test_free_text_under_a_key_that_nobody_opened_is_of_kind_extra(filled: Db) -> None:
    filled.execute("update obs.run_event_logs set extra = %s", (Jsonb({"remark": "call the boss"}),))
    report = filled.call("privacy_audit")
    assert [(one["column"], one["kind"]) for one in report["findings"]] == [("extra", "extra")]


@pytest.mark.parametrize("before", [0, 2690, 2992, 3000, 5390])
def test_a_card_is_found_wherever_it_stands_in_a_long_text(db: Db, before: int) -> None:
    text = ("word " * 2000)[:before] + " 4111111111111111 " + "word " * 500
    assert db.one("select obs._text_kind(%s, false)", (text,)) == "card"


def test_all_kinds_and_columns_of_a_relation_are_told(filled: Db) -> None:
    filled.execute(
        "update obs.run_event_logs set error_msg = %s, error_code = %s, company_id = %s",
        (f"no {RAW}", "ghp_" + "a1B2c3D4e5" * 3 + "a1B2c3", RAW),
    )
    report = filled.call("privacy_audit")
    assert {(one["column"], one["kind"]) for one in report["findings"]} == {
        ("error_msg", "email"), ("error_code", "secret"), ("company_id", "email"),
    }  # fmt: skip


def test_the_alert_is_about_the_newest_run_that_has_ended(filled: Db) -> None:
    start(filled, "r2", tenant_id="a")
    filled.execute("update obs.run_event_logs set error_msg = %s", (RAW,))
    filled.call("privacy_audit")
    assert filled.rows("select run_id from obs.alerts where alert_code = 'PV-14' and resolved_at is null") == [("r1",)]


def test_days_that_are_about_to_leave_are_not_audited_any_more(db: Db) -> None:
    db.call("create_tenant", tenant_id="a")
    nights(db, "a", days_back(40, 40) + days_back(5, 5), 3)
    db.call("maintain_step", step="runs_expired")
    while db.call("maintain_step", step="events_audited"):
        pass
    audited = db.rows("select distinct run_day from obs.privacy_audits where tenant_id is null")
    assert audited == [(days_back(5, 5)[0],)]
