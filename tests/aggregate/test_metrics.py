"""A run's own numbers, and what is counted from the facts that items carry."""

from __future__ import annotations

from decimal import Decimal

from support.db import Db
from support.pipeline import item, line, log_lines, metrics, refused, start


def test_numbers_of_run_start_run_finish_and_meta_become_metrics(db: Db) -> None:
    lines = [
        line("r1", "run_start", stage=None, extra={"kind": "adhoc", "candidates_pre": 1200, "candidates_selected": 9}),
        line("r1", "metric", stage=None, extra={"name": "funnel_loss", "value": "1010", "reason": "no_domain"}),
        line("r1", "metric", stage=None, extra={"name": "text", "value": "many"}),
        line("r1", "metric", stage=None, extra={"value": 3}),
        line("r1", "run_finish", stage=None, status="success", extra={"daily_cap": 200, "note": "x"}),
    ]
    assert log_lines(db, lines) == (5, 0, 0)
    assert metrics(db, "r1") == {
        "candidates_pre": 1200, "candidates_post": 9, "funnel_loss/no_domain": 1010, "daily_cap": 200
    }  # fmt: skip
    assert db.one("select kind from obs.enrichment_runs") == "adhoc"
    assert db.row("select candidates_pre, candidates_post from obs.run_overview") == (1200, 9)
    start(db, "r2", meta={"candidates_pre": 7, "shard": "x"})
    assert metrics(db, "r2") == {"candidates_pre": 7}


def test_setting_a_metric_again_replaces_it_and_a_reason_splits_it(db: Db) -> None:
    start(db)
    for value, reason in [(5, ""), (7, ""), (2, "robots"), (3, "dns"), (Decimal("1.5"), "dns")]:
        db.call("set_metric", run_id="r1", name="funnel_loss", value=value, reason=reason)
    db.call("set_metric", run_id="r1", name="candidates_selected", value=4)
    db.call("finish_run", run_id="r1")
    db.call("set_metric", run_id="r1", name="candidates_selected", value=-6)
    assert metrics(db, "r1") == {
        "funnel_loss": 7, "funnel_loss/robots": 2, "funnel_loss/dns": Decimal("1.5"), "candidates_post": -6
    }  # fmt: skip


def test_bad_metrics_are_refused(db: Db) -> None:
    start(db)
    good = {"run_id": "r1", "name": "n", "value": 1}
    for bad, state in [
        ({"value": None}, "22023"), ({"value": Decimal("NaN")}, "22023"), ({"value": Decimal("Infinity")}, "22023"),
        ({"value": Decimal("-Infinity")}, "22023"), ({"name": ""}, "22023"), ({"name": None}, "22023"),
        ({"name": "n" * 129}, "22023"), ({"name": "a\nb"}, "22023"), ({"run_id": "r9"}, "OB002"),
        ({"tenant_id": "b"}, "OB002"),
    ]:  # fmt: skip
        assert refused(db.call, "set_metric", **{**good, **bad}).sqlstate == state, bad
    assert metrics(db, "r1") == {}


def test_score_buckets_are_counted_and_the_rest_is_unscored(db: Db) -> None:
    start(db)
    for bucket in ["High"] * 3 + ["Medium"] * 2 + ["Low"] + [None]:
        item(db, "r1", "score", extra={"bucket": bucket} if bucket else None)
    db.call("finish_run", run_id="r1")
    columns = "bucket_high, bucket_medium, bucket_low, bucket_unscored"
    assert db.row(f"select {columns} from obs.run_overview") == (3, 2, 1, 1)


def test_emails_are_counted_by_address_and_companies_by_one_they_can_be_reached_at(db: Db) -> None:
    start(db)
    for company, status, webmail in [
        ("c1", "valid", False), ("c1", "invalid", False), ("c2", "unknown", False), ("c3", "valid", True),
        ("c4", "invalid", False), ("c4", "catch-all", False), ("c5", "valid", True), ("c5", "unknown", False),
    ]:  # fmt: skip
        extra = {"email_status": status, **({"webmail": True} if webmail else {})}
        item(db, "r1", "zerobounce", company_id=company, extra=extra)
    db.call("finish_run", run_id="r1")
    columns = "emails_verified, emails_total, companies_contactable, companies_with_email"
    assert db.row(f"select {columns} from obs.run_overview") == (3, 8, 3, 5)
    item(db, "r1", "zerobounce", company_id="c4", extra={"email_status": "valid"})
    db.call("tick")
    assert db.row(f"select {columns} from obs.run_overview") == (4, 9, 4, 5)


def test_rates_carry_their_parts_and_a_fallback_is_never_above_one(db: Db) -> None:
    start(db, meta={"candidates_post": 8})
    for stage, good, bad in [("crawl", 3, 1), ("tavily", 5, 1), ("lusha", 1, 1)]:
        for ok in [True] * good + [False] * bad:
            item(db, "r1", stage, ok=ok)
    db.call("finish_run", run_id="r1")
    row = db.row("select * from obs.run_overview")
    assert (row.crawl_success, row.crawl_attempted, row.crawl_success_rate) == (3, 4, Decimal("0.75"))
    assert (row.tavily_used, row.tavily_fallback_rate) == (6, 1)
    assert (row.lusha_succeeded, row.lusha_attempted, row.lusha_share) == (1, 2, Decimal("0.25"))
