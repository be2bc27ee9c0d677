"""Rate limits and exhausted quotas are counted, also when a vendor calls them something else."""

from __future__ import annotations

from support.db import Db
from support.pipeline import refused, start, vendor_call, vendor_row


def hits(db: Db, run_id: str, vendor: str, tenant_id: str = "a") -> tuple[int, int, bool]:
    row = vendor_row(db, run_id, vendor, tenant_id)
    return row.rate_limit_hits, row.quota_hits, row.quota_exhausted


def test_http_429_and_402_are_known_from_the_start(db: Db) -> None:
    start(db)
    for code in ("HTTP_429", "HTTP_429", "HTTP_402", "HTTP_500", "TIMEOUT", None):
        vendor_call(db, "r1", "lusha", "error", error_code=code)
    db.call(
        "log_event", run_id="r1", stage="lusha", event="error", status="error", vendor="lusha", error_code="HTTP_429"
    )
    db.call("finish_run", run_id="r1")
    assert hits(db, "r1", "lusha") == (2, 1, True)
    assert (vendor_row(db, "r1", "lusha").calls, vendor_row(db, "r1", "lusha").errors) == (6, 6)


def test_a_mapping_holds_for_the_past_and_the_future(db: Db) -> None:
    start(db, "past")
    vendor_call(db, "past", "zerobounce", "error", error_code="CREDITS")
    vendor_call(db, "past", "zerobounce", "error", error_code="HTTP_402")
    vendor_call(db, "past", "other", "error", error_code="CREDITS")
    db.call("finish_run", run_id="past")
    assert hits(db, "past", "zerobounce") == (0, 1, True)
    assert db.call("map_error_code", vendor="zerobounce", error_code="CREDITS", meaning="quota") == 1
    assert (hits(db, "past", "zerobounce"), hits(db, "past", "other")) == ((0, 2, True), (0, 0, False))
    start(db, "future")
    vendor_call(db, "future", "zerobounce", "error", error_code="CREDITS")
    db.call("finish_run", run_id="future")
    assert hits(db, "future", "zerobounce") == (0, 1, True)
    assert db.call("map_error_code", vendor="zerobounce", error_code="CREDITS", meaning="rate_limit") == 2
    assert hits(db, "past", "zerobounce") == (1, 1, True)
    assert db.call("map_error_code", vendor="zerobounce", error_code="CREDITS", meaning="rate_limit") == 0


def test_a_tenants_own_mapping_is_its_own_and_beats_the_global_one(db: Db) -> None:
    for tenant in ("a", "b"):
        start(db, tenant_id=tenant)
        vendor_call(db, "r1", "lusha", "error", error_code="SLOW", tenant_id=tenant)
        db.call("finish_run", run_id="r1", tenant_id=tenant)
    assert db.call("map_error_code", vendor="lusha", error_code="SLOW", meaning="quota", tenant_id="b") == 1
    assert (hits(db, "r1", "lusha"), hits(db, "r1", "lusha", "b")) == ((0, 0, False), (0, 1, True))
    assert db.call("map_error_code", vendor="lusha", error_code="SLOW", meaning="rate_limit") == 1
    assert (hits(db, "r1", "lusha"), hits(db, "r1", "lusha", "b")) == ((1, 0, False), (0, 1, True))


def test_bad_mappings_are_refused(db: Db) -> None:
    good = {"vendor": "v", "error_code": "X", "meaning": "quota"}
    for bad in [{"meaning": "bad luck"}, {"meaning": None}, {"vendor": ""}, {"vendor": None}, {"error_code": None}]:
        assert refused(db.call, "map_error_code", **{**good, **bad}).sqlstate == "22023", bad
    assert refused(db.call, "map_error_code", **good, tenant_id="nobody").sqlstate == "OB001"
