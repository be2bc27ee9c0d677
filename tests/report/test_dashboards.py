"""The dashboard views: a night made by hand value for value, each tenant its own, the same without raw events."""

from __future__ import annotations

import math
import re
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from psycopg.types.json import Jsonb

from support.db import Db
from support.pipeline import line, refused, run_row, start
from support.qa import drawn, reviewed
from support.stories import TENANTS, Story, fixture_of

VIEWS = (
    "dash_tenant_overview", "dash_vendor_usage", "dash_quality", "dash_rationale_lengths", "dash_latency",
    "dash_latency_heatmap",
)  # fmt: skip
LENGTHS = [0, 49, 50, 310, 320, 349, 999, 1000, 5000]
BUCKETS = ["High", "High", "High", "Medium", "Medium", "Low", None, None, None]
MAILS = ["valid", "valid", "unknown", "invalid", "valid"]
CRAWL_MS = [0, 1, 4, 99, 100, 150, 201, 202, 3000, 700000]
BEGAN, ENDED = "2026-10-24T22:30:00Z", "2026-10-25T00:00:00Z"


def same(found: Any, wanted: Any) -> bool:
    return found is not None and abs(Fraction(found) - Fraction(wanted)) < Fraction(1, 10**12)


def events(run: str, tenant: str) -> list[dict[str, Any]]:
    """A night whose numbers are those of the constants above."""

    def one(event: str, stage: str, **more: Any) -> dict[str, Any]:
        return line(run, event, tenant_id=tenant, stage=stage, ts="2026-10-24T22:40:00Z", **more)

    crawl = [one("error" if n >= 7 else "finish", "crawl", duration_ms=ms) for n, ms in enumerate(CRAWL_MS)]
    tavily = [one("finish", "tavily") for _ in range(3)]
    score = [
        one("finish", "score", company_id=f"c{n}",
            extra={"rationale_length": length, **({"bucket": bucket} if bucket else {})})
        for n, (length, bucket) in enumerate(zip(LENGTHS, BUCKETS, strict=True))
    ]  # fmt: skip
    first_try = [one("finish", "score", company_id="c0", extra={"rationale_length": 777})]
    first_try[0]["ts"] = "2026-10-24T22:39:00Z"
    failed = [one("error", "score", company_id="c77", extra={"rationale_length": 60})]
    mails = [
        one("finish", "zerobounce", company_id=f"c{n // 2}", extra={"email_status": mail})
        for n, mail in enumerate(MAILS)
    ]
    export = [one("finish", "export_odoo") for _ in range(4)] + [one("error", "export_odoo")]
    calls = [
        *(one("vendor_call", "score", vendor="openai", status="success", cost_usd=0.25, tokens_input=100,
              tokens_output=7) for _ in range(3)),
        one("vendor_call", "score", vendor="openai", status="error", error_code="HTTP_429", cost_usd=0),
        one("vendor_call", "lusha", vendor="lusha", status="error", error_code="HTTP_402", cost_usd=0),
        one("vendor_call", "lusha", vendor="lusha", status="success"),
    ]  # fmt: skip
    return [*crawl, *tavily, *first_try, *score, *failed, *mails, *export, *calls]


def a_night(db: Db) -> None:
    """One night of tenant a and one of b, which starts when it is tomorrow already in Paris; a drill beside it."""
    db.execute("update obs.tenants set time_zone = 'Europe/Paris'")
    for tenant in ("a", "b"):
        run = f"night-{tenant}"
        start(db, run, tenant, started_at=BEGAN, trace_url="https://smith.example/1")
        assert db.call("log_events", events=Jsonb(events(run, tenant))).accepted == len(events(run, tenant))
        db.call("set_metric", run_id=run, name="candidates_pre", value=4000)
        db.call("set_metric", run_id=run, name="candidates_post", value=500)
        db.call("finish_stage", run_id=run, stage="crawl")
        db.call("finish_run", run_id=run, status="success", ended_at=ENDED)
    start(db, "drill", "a", started_at=BEGAN)
    db.call("log_events", events=Jsonb(events("drill", "a")))
    db.call("finish_run", run_id="drill")
    db.execute("update obs.enrichment_runs set is_simulation = true where run_id = 'drill'")


night = fixture_of(Story("night", a_night, after=TENANTS))


def rows(db: Db, view: str) -> list[Any]:
    return db.rows(f"select * from obs.{view} order by to_jsonb({view})")


def test_tenant_overview(night: Db) -> None:
    row = night.row("select * from obs.dash_tenant_overview where tenant_id = 'a'")
    assert (row.run_id, row.kind, row.status, row.night) == ("night-a", "nightly", "success", date(2026, 10, 25))
    assert (row.duration_min, row.duration_min_per_1k) == (90, 180)
    assert (row.candidates_pre, row.candidates_post, row.shortlist_delivered) == (4000, 500, 4)
    assert (row.items_total, row.items_success, row.items_error) == (34, 29, 5)
    assert same(row.success_rate, Fraction(29, 34))
    assert same(row.error_rate, Fraction(5, 34))
    assert (row.bucket_high, row.bucket_medium, row.bucket_low, row.bucket_unscored) == (3, 2, 1, 4)
    assert (row.share_high, row.share_medium, row.share_low, row.share_unscored) == tuple(
        map(Decimal, ["0.3", "0.2", "0.1", "0.4"])
    )
    assert (row.crawl_success_rate, row.tavily_fallback_rate) == (Decimal("0.7"), Decimal("0.3"))
    assert (row.crawl_success, row.crawl_attempted, row.tavily_fallbacks) == (7, 10, 3)
    assert (row.cost_usd, row.cost_usd_per_1k, row.unpriced_calls) == (Decimal("0.75"), Decimal("1.5"), 1)
    assert (row.trace_url, row.revision) == ("https://smith.example/1", run_row(night, "night-a").revision)
    night.call("set_metric", run_id="night-a", name="shortlist_delivered", value=3)
    assert night.one("select shortlist_delivered from obs.dash_tenant_overview where tenant_id = 'a'") == 3


def test_a_run_that_scored_nothing_has_no_shares(db: Db, tenants: tuple[str, str]) -> None:
    start(db, "empty")
    row = db.row("select * from obs.dash_tenant_overview")
    shares = (row.share_high, row.share_unscored, row.bucket_high, row.bucket_unscored)
    assert (*shares, row.success_rate, row.duration_min, row.cost_usd_per_1k, row.shortlist_delivered) == (None,) * 8


def test_vendor_usage(night: Db) -> None:
    found = {row.vendor: row for row in night.rows("select * from obs.dash_vendor_usage where tenant_id = 'a'")}
    openai, lusha = found["openai"], found["lusha"]
    assert found.keys() == {"openai", "lusha"}
    assert (openai.calls, openai.errors, openai.error_rate) == (4, 1, Decimal("0.25"))
    assert (openai.rate_limit_hits, openai.rate_limited, openai.quota_exhausted) == (1, True, False)
    assert (openai.tokens_input, openai.tokens_output, openai.cost_usd, openai.unpriced_calls) == (
        300,
        21,
        Decimal("0.75"),
        0,
    )
    assert (lusha.calls, lusha.rate_limited, lusha.quota_exhausted, lusha.unpriced_calls) == (2, False, True, 1)


def test_quality(night: Db) -> None:
    night.execute("delete from obs.qa_samples")
    night.execute("delete from obs.qa_draws")
    drawn(night, "night-a", 10)
    reviewed(night, 6, 3, "night-a")
    row = night.row("select * from obs.dash_quality where tenant_id = 'a'")
    assert (row.emails_verified, row.emails_total, row.email_verified_rate) == (3, 5, Decimal("0.6"))
    assert (row.companies_contactable, row.companies_with_email) == (3, 3)
    assert (row.qa_drawn, row.qa_passed, row.qa_failed, row.qa_pending) == (10, 6, 3, 1)
    assert (same(row.qa_pass_rate, Fraction(2, 3)), row.qa_flagged, row.qa_follow_up) == (True, True, "open")
    assert row.rationale_p50_chars == sorted(LENGTHS)[math.ceil(len(LENGTHS) / 2) - 1]
    other = night.row("select * from obs.dash_quality where tenant_id = 'b'")
    assert (other.qa_drawn, other.qa_flagged, other.emails_total) == (None, None, 5)


def histogram(db: Db, tenant: str = "a") -> dict[tuple[int, int | None], int]:
    found = db.rows("select * from obs.dash_rationale_lengths where tenant_id = %s", (tenant,))
    return {(row.chars_from, row.chars_to): row.companies for row in found}


def by_hand(lengths: list[int]) -> dict[tuple[int, int | None], int]:
    steps = Counter(min(length // 50 * 50, 1000) for length in lengths)
    return {(step, None if step == 1000 else step + 49): count for step, count in steps.items()}


def test_rationale_lengths_count_each_company_once_by_its_last_rationale(night: Db) -> None:
    assert histogram(night) == by_hand(LENGTHS)
    late = [
        line("night-a", "finish", stage="score", company_id=company, ts="2026-10-24T23:00:00Z",
             extra={"rationale_length": length, "bucket": "Low"})
        for company, length in (("c8", 420), ("c99", 7))
    ]  # fmt: skip
    night.call("log_events", events=Jsonb(late))
    night.call("tick")
    assert histogram(night) == by_hand([*LENGTHS[:-1], 420, 7])
    assert histogram(night, "b") == by_hand(LENGTHS)


def test_a_metric_of_the_same_name_breaks_no_histogram(night: Db) -> None:
    for label in ("many", "51", "-50", "99999999999"):
        night.call("set_metric", run_id="night-a", name="rationale_length", value=3, reason=label)
    assert histogram(night) == by_hand(LENGTHS)
    for login in (night, night.login("test_reader_a")):
        found = login.rows(
            "select chars_from from obs.dash_rationale_lengths where chars_from < 100 and tenant_id = 'a'"
        )
        assert sorted(found) == [(step,) for step, _ in sorted(by_hand(LENGTHS)) if step < 100]


def test_more_tavily_than_crawls_is_a_fallback_each_and_no_more(night: Db) -> None:
    night.execute(
        "update obs.run_stage_stats set count_total = 12, count_success = 12 where stage = 'tavily' and tenant_id = 'a'"
    )
    row = night.row("select tavily_fallbacks, tavily_fallback_rate from obs.dash_tenant_overview where tenant_id = 'a'")
    assert row == (10, 1)


def test_the_objectives_beside_the_numbers_are_the_tenants_own(night: Db) -> None:
    for key, value in (("slo_duration_min_per_1k", 60), ("slo_crawl_success", 0.5), ("slo_company_contactable", 0.25)):
        night.call("set_setting", key=key, value=Jsonb(value), tenant_id="a")
    found = night.rows(
        """select o.tenant_id, o.duration_target_min_per_1k, o.crawl_success_target, q.company_contactable_target
        from obs.dash_tenant_overview o join obs.dash_quality q using (tenant_id, run_id) order by 1"""
    )
    assert [tuple(map(str, row)) for row in found] == [("a", "60", "0.5", "0.25"), ("b", "90", "0.7", "0.4")]


def test_latency_by_stage_and_its_heat_map(night: Db) -> None:
    row = night.row("select * from obs.dash_latency where tenant_id = 'a' and stage = 'crawl'")
    ordered = sorted(CRAWL_MS)
    ranks = {q: ordered[math.ceil(Fraction(q, 100) * len(ordered)) - 1] for q in (50, 95, 99)}
    assert (row.items, row.p50_ms, row.p95_ms, row.p99_ms) == (10, ranks[50], ranks[95], ranks[99])
    assert (row.success_p95_ms, row.error_rate) == (sorted(CRAWL_MS[:7])[-1], Decimal("0.3"))
    assert row.items_error == 3
    stage = night.row(
        "select started_at, ended_at from obs.run_stage_stats where run_id = 'night-a' and stage = 'crawl'"
    )
    assert same(
        row.duration_min, Fraction((stage.ended_at - stage.started_at) // timedelta(microseconds=1), 60_000_000)
    )
    steps = night.rows(
        "select * from obs.dash_latency_heatmap where tenant_id = 'a' and stage = 'crawl' order by ms_from"
    )
    assert sum(step.items for step in steps) == len(CRAWL_MS)
    for step in steps:
        assert step.items == sum(step.ms_from <= ms and (step.ms_to is None or ms <= step.ms_to) for ms in CRAWL_MS), (
            step
        )


def test_steps_of_the_heat_map_are_edges_of_buckets_and_leave_no_gap(night: Db) -> None:
    """A bucket of every size, each item in the step that its duration belongs to."""
    night.execute("delete from obs.latency_buckets")
    night.execute(
        """insert into obs.latency_buckets (tenant_id, run_id, stage, outcome, bucket, n)
        select 'a', 'night-a', 'all', 'success', b, 1 from generate_series(1, 926) b"""
    )
    steps = night.rows("select ms_from, ms_to, items from obs.dash_latency_heatmap order by ms_from")
    assert (steps[0].ms_from, steps[-1].ms_to) == (0, None)
    assert [step.ms_to + 1 for step in steps[:-1]] == [step.ms_from for step in steps[1:]]
    buckets = night.rows("select x.least_ms from generate_series(1, 926) b, obs.bucket_bounds(b) x")
    for step in steps:
        inside = sum(step.ms_from <= least and (step.ms_to is None or least <= step.ms_to) for (least,) in buckets)
        assert step.items == inside, step


def test_a_tenant_reads_its_own_rows_alone(night: Db) -> None:
    night.call("grant_access", role="test_bi", tenant_id="b")
    for view in VIEWS:
        all_rows = rows(night, view)
        assert {row.tenant_id for row in all_rows} == {"a", "b"}
        assert {row.run_id for row in all_rows} == {"night-a", "night-b"}, "a drill is shown"
        for login, tenant in (("test_reader_a", "a"), ("test_bi", "b")):
            reader = night.login(login)
            mine = rows(reader, view)
            assert mine == [row for row in all_rows if row.tenant_id == tenant], (view, login)
            reader.execute("select set_config('obs.tenant_id', %s, false)", ("a" if tenant == "b" else "b",))
            assert rows(reader, view) == [], "a setting widened what is seen"
        assert rows(night.login("test_reader"), view) == [], "mapped to no tenant"
        assert refused(night.login("test_writer_a").rows, f"select * from obs.{view}").sqlstate == "42501"
        assert refused(night.login("test_nobody").rows, f"select * from obs.{view}").sqlstate == "42501"


def test_every_view_asks_with_the_rights_of_its_reader_and_nothing_is_materialized(db: Db) -> None:
    kinds = db.rows(
        """select c.relname, c.relkind::text as kind, coalesce(c.reloptions, '{}') as options from pg_class c
        where c.relnamespace = 'obs'::regnamespace and c.relkind in ('v', 'm')"""
    )
    assert {row.relname for row in kinds} >= {*VIEWS, "slo_status", "slo_nights", "slo_targets", "run_forecast"}
    assert [row.relname for row in kinds if row.kind == "m" or "security_invoker=true" not in row.options] == []


def test_bi_reads_and_writes_nothing_and_not_for_long(night: Db) -> None:
    settings = night.one(
        "select setconfig from pg_db_role_setting where setrole = 'obs_bi'::regrole and setdatabase = 0"
    )
    assert set(settings) >= {"statement_timeout=10s", "default_transaction_read_only=on"}
    night.call("grant_access", role="test_bi", tenant_id="a")
    bi = night.login("test_bi")
    for statement in ("delete from obs.run_metrics", "select obs.start_run('a')", "create table obs.mine ()"):
        assert refused(bi.execute, statement).sqlstate == "42501"
    writable = night.rows(
        """select c.relname from pg_class c where c.relnamespace = 'obs'::regnamespace and c.relkind in ('r', 'p', 'v')
        and has_table_privilege('obs_bi', c.oid, 'insert, update, delete, truncate, references, trigger')"""
    )
    assert writable == []


def test_one_run_of_a_tenant_is_found_by_indexes(night: Db) -> None:
    """A filter on run_id reaches the tables behind each view, row security and all."""
    reader = night.login("test_reader_a")
    reader.execute("set enable_seqscan = off")
    for view in VIEWS:
        plan = "\n".join(text for (text,) in reader.rows(
            f"explain (costs off) select * from obs.{view} where tenant_id = 'a' and run_id = 'night-a'"))  # fmt: skip
        conditions = re.findall(r"(?:Index Cond|Recheck Cond): (.*)", plan)
        scanned = re.findall(r"Scan (?:using \S+ )?on (run_\w+|latency_buckets|qa_samples)", plan)
        assert scanned, view
        assert sum("run_id" in condition for condition in conditions) >= len(scanned), f"{view}\n{plan}"


def test_the_same_to_the_byte_when_raw_events_are_gone(night: Db) -> None:
    views = (*VIEWS, "slo_status", "slo_nights", "slo_targets", "run_overview")
    night.set_now("2026-11-20T12:00:00Z")
    before = {view: night.rows(f"select v::text from obs.{view} v order by 1") for view in views}
    days = night.rows(
        "select inhrelid::regclass::text from pg_inherits where inhparent = 'obs.run_event_logs'::regclass"
    )
    for (partition,) in days:
        night.execute(f"drop table {partition}")
    night.execute("update obs.event_days set dropped_at = now()")
    assert night.one("select count(*) from obs.run_event_logs") == 0
    night.call("tick")
    for view in views:
        assert night.rows(f"select v::text from obs.{view} v order by 1") == before[view], view
    assert all(before[view] for view in views)


def test_a_forecast_compares_with_the_last_good_run(night: Db) -> None:
    now = night.one("select date_trunc('second', now())")
    night.execute(
        """update obs.run_stage_stats
        set started_at = %(now)s, ended_at = %(now)s + make_interval(mins => case stage when 'crawl' then 30
            when 'score' then 60 else 0 end)
        where tenant_id = 'a'""", {"now": now},
    )  # fmt: skip
    start(night, "tonight", "a", started_at=now.isoformat())
    night.call("set_metric", run_id="tonight", name="candidates_post", value=1000)
    first = night.row("select * from obs.run_forecast")
    assert (first.tenant_id, first.run_id, first.verdict, first.target_min) == ("a", "tonight", "no_data", 90)
    # Twice the candidates, so twice the items are expected. 10 crawls of 20 are done: half of 30 minutes of 90.
    night.call("log_events", events=Jsonb([line("tonight", "finish", stage="crawl") for _ in range(10)]))
    night.call("tick")
    for minutes, verdict in ((10, "ok"), (20, "breach")):
        night.execute(
            "update obs.enrichment_runs set started_at = obs.now() - %s * interval '1 minute' where run_id = 'tonight'",
            (minutes,),
        )
        night.execute("begin")
        row = night.row(
            "select f.*, extract(epoch from obs.now() - f.started_at) / 60 as exact from obs.run_forecast f"
        )
        night.execute("commit")
        assert same(row.progress, Fraction(1, 6))
        assert abs(row.forecast_min - 6 * row.elapsed_min) < Decimal("0.001")
        assert (abs(row.elapsed_min - minutes) < 1, row.verdict) == (True, verdict)
        assert same(row.forecast_min_per_1k, row.forecast_min)


def test_while_it_cannot_be_told_how_far_a_stage_is_there_is_no_forecast(night: Db) -> None:
    """A last stage that counts no items, after others that have ended."""
    now = night.one("select date_trunc('second', now())")
    night.execute(
        """update obs.run_stage_stats set started_at = %(now)s, ended_at = %(now)s + interval '30 min',
            count_total = 10 * (stage = 'crawl')::int, count_success = 10 * (stage = 'crawl')::int, count_error = 0
        where tenant_id = 'a' and run_id = 'night-a'""", {"now": now},
    )  # fmt: skip
    night.execute("delete from obs.run_stage_stats where run_id = 'night-a' and stage not in ('crawl', 'export_odoo')")
    start(night, "tonight", "a", started_at=(now - timedelta(minutes=10)).isoformat())
    night.call("set_metric", run_id="tonight", name="candidates_post", value=500)

    def forecast() -> Any:
        return night.row("select progress, forecast_min, verdict from obs.run_forecast")

    night.call("log_events", events=Jsonb([line("tonight", "finish", stage="crawl") for _ in range(10)]))
    night.call("finish_stage", run_id="tonight", stage="crawl")
    assert same(forecast().progress, Fraction(1, 2)), "the other half has not begun"
    night.call("start_stage", run_id="tonight", stage="export_odoo")
    assert forecast() == (None, None, "no_data")
    night.call("finish_stage", run_id="tonight", stage="export_odoo")
    assert forecast().progress == 1


def test_a_stage_that_has_ended_is_done_and_one_that_is_new_weighs_as_the_others_do(night: Db) -> None:
    now = night.one("select date_trunc('second', now())")
    night.execute("delete from obs.run_stage_stats where run_id = 'night-a' and stage not in ('crawl', 'score')")
    night.execute(
        """update obs.run_stage_stats set started_at = %(now)s, count_total = 10, count_success = 10, count_error = 0,
            ended_at = %(now)s + make_interval(mins => case stage when 'crawl' then 10 else 30 end)
        where tenant_id = 'a' and run_id = 'night-a'""", {"now": now},
    )  # fmt: skip
    start(night, "tonight", "a", started_at=(now - timedelta(minutes=10)).isoformat())
    night.call("set_metric", run_id="tonight", name="candidates_post", value=500)

    def progress() -> Any:
        return night.one("select progress from obs.run_forecast")

    night.call("log_events", events=Jsonb([line("tonight", "finish", stage="crawl") for _ in range(5)]))
    night.call("tick")
    assert same(progress(), Fraction(5, 40)), "half of 10 minutes of 40"
    night.call("finish_stage", run_id="tonight", stage="crawl")
    assert same(progress(), Fraction(10, 40)), "all of them, though five items never came"
    night.call("start_stage", run_id="tonight", stage="news", planned=2)
    night.call("log_events", events=Jsonb([line("tonight", "finish", stage="news")]))
    night.call("tick")
    assert same(progress(), Fraction(20, 60)), "half of 20 minutes, the mean of the others"


def test_who_has_used_up_its_minutes_is_late_however_far_it_is(night: Db) -> None:
    night.execute("delete from obs.run_stage_stats where run_id = 'night-a'")
    start(night, "tonight", "a", started_at=night.one("select now() - interval '44 minutes'").isoformat())
    night.call("set_metric", run_id="tonight", name="candidates_post", value=500)
    verdict = "select progress, verdict from obs.run_forecast"
    assert night.row(verdict) == (None, "no_data")
    night.execute("update obs.enrichment_runs set started_at = started_at - interval '2 min' where run_id = 'tonight'")
    assert night.row(verdict) == (None, "breach")
    night.call("set_metric", run_id="tonight", name="candidates_post", value=199)
    assert night.row(verdict) == (None, "no_data")
