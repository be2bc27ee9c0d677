"""Faults of candidates and export: the right check says cause."""

from __future__ import annotations

from support.db import Db
from support.diagnosed import NightRun, alert, causes, verdicts

NEXT = 7


def night(db: Db) -> NightRun:
    return NightRun(db, NEXT)


def test_cc_05_one_filter_takes_most(history: Db) -> None:
    lost = {"no_domain": 18, "industry": 300, "daily_cap": 12}
    run = night(history).refresh().candidates(360, lost, fallback=4).finish()
    found = verdicts(history, alert(history, "CC-05", run, value=30, threshold=50))
    assert "filter industry takes 300 of 360 candidates (83.3 %, usual 25.0 %)" in found["candidate_funnel"]["finding"]
    assert [name for name, one in found.items() if one["verdict"] == "cause"] == ["candidate_funnel"]


def test_cc_05_the_rules_changed(history: Db) -> None:
    history.execute("update public.icp_rules set min_employees = 5000 where tenant_id = 'a'")
    run = (
        night(history).refresh().candidates(90, {"no_domain": 5, "industry": 25, "daily_cap": 20}, fallback=1).finish()
    )
    found = verdicts(history, alert(history, "CC-05", run, value=40, threshold=50))
    assert found["icp_rules"]["verdict"] == "cause"
    assert "public.icp_rules changed since run a-6: checksum " in found["icp_rules"]["finding"]
    assert "gave 90 candidates, usual 360" in found["candidate_source"]["finding"]
    assert found["candidate_funnel"]["verdict"] == "clear"


def test_cc_05_the_rules_are_gone_and_no_fallback(history: Db) -> None:
    history.execute("delete from public.icp_rules where tenant_id = 'a'")
    run = night(history).refresh().candidates(0, {}, fallback=0).finish()
    assert causes(history, alert(history, "CC-05", run, value=0, threshold=50)) == [
        "icp_rules", "candidate_source", "industry_fallback",
    ]  # fmt: skip


def test_cc_05_another_tenant_s_rules_are_none_of_ours(history: Db) -> None:
    history.execute("update public.icp_rules set min_employees = 5000 where tenant_id = 'b'")
    found = verdicts(history, alert(history, "CC-05", "a-6", value=40, threshold=50))
    assert found["icp_rules"]["verdict"] != "cause"


def test_oe_06_the_mapping_is_missing(history: Db) -> None:
    history.execute("delete from public.odoo_connections where tenant_id = 'a'")
    failures = dict.fromkeys(range(20), ("FOREIGN_KEY_VIOLATION", "no connection"))
    run = night(history).refresh().export(failures).finish()
    found = verdicts(history, alert(history, "OE-06", run))
    assert "public.odoo_connections has no row of this tenant" in found["odoo_mapping"]["finding"]
    assert "re-run the export only" in found["odoo_mapping"]["next_step"]
    assert found["export_rerun"]["data"]["companies"] == 20
    assert len(history.rows(found["export_rerun"]["sql"])) == 20


def test_oe_06_autopost_bills_has_no_default(history: Db) -> None:
    history.execute("update public.odoo_connections set autopost_bills = null where tenant_id = 'a'")
    message = 'null value in column "autopost_bills" of relation "odoo_partners" violates not-null constraint'
    run = night(history).refresh().export(dict.fromkeys(range(0, 60, 2), ("NOT_NULL_VIOLATION", message))).finish()
    found = verdicts(history, alert(history, "OE-06", run))
    assert found["odoo_defaults"]["finding"] == (
        "30 exports were refused by column autopost_bills; its default in public.odoo_connections is not set"
    )
    assert found["odoo_mapping"]["finding"].endswith("has no autopost_bills, and exports are refused for it")
    assert found["export_errors"]["finding"].startswith("30 of 60 exports failed on constraints")


def test_oe_06_odoo_cannot_be_reached(history: Db) -> None:
    run = night(history).refresh().export(dict.fromkeys(range(40), ("CONNECT_FAILED", "no route to host"))).finish()
    assert causes(history, alert(history, "OE-06", run)) == ["export_errors"]
