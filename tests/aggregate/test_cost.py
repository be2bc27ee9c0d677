"""What a run cost: reported, by price card, or honestly unknown."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from support.db import Db
from support.pipeline import drift, event_id, item, line, log_lines, refused, stage_row, start, vendor_call, vendor_row


def price(db: Db, vendor: str, unit: str, usd: str, **more: Any) -> None:
    db.call("set_price", vendor=vendor, unit=unit, price_usd=Decimal(usd), **more)


def cost_of(db: Db, **call: Any) -> tuple[Decimal | None, str | None]:
    """Cost and its source of one call, logged in a run of its own."""
    arguments = {"status": "success", "tenant_id": "a", **call}
    number = db.one("select count(*) from obs.enrichment_runs")
    start(db, f"c{number}", tenant_id=arguments["tenant_id"])
    assert vendor_call(db, f"c{number}", **arguments) == "accepted"
    query = "select cost_usd, cost_source from obs.run_event_logs where run_id = %s and event = 'vendor_call'"
    return tuple(db.row(query, (f"c{number}",)))


def test_reported_beats_the_tenants_card_and_that_the_global_one(db: Db) -> None:
    for tenant in ("a", "b"):
        db.call("create_tenant", tenant_id=tenant)
    price(db, "tavily", "call", "0.008")
    price(db, "tavily", "call", "0.005", tenant_id="a")
    assert cost_of(db, vendor="tavily", cost_usd=0.02) == (Decimal("0.02"), "reported")
    assert cost_of(db, vendor="tavily", cost_usd=0) == (0, "reported")
    assert cost_of(db, vendor="tavily") == (Decimal("0.005"), "price_card")
    assert cost_of(db, vendor="tavily", tenant_id="b") == (Decimal("0.008"), "price_card")
    assert cost_of(db, vendor="tavily", status="error", error_code="HTTP_500") == (0, "price_card")


def test_an_exact_model_beats_a_prefix_and_a_longer_prefix_a_shorter(db: Db) -> None:
    for pattern, usd in [("*", "1"), ("gpt-4*", "2"), ("gpt-4o*", "3"), ("gpt-4o-mini", "4"), ("gpt_4*", "9")]:
        price(db, "openai", "call", usd, model_pattern=pattern)
    for model, expected in [
        ("gpt-4o-mini", 4), ("gpt-4o-mini-2026", 3), ("gpt-4o", 3), ("gpt-4.1", 2), ("o3", 1), (None, 1), ("GPT-4O", 1)
    ]:  # fmt: skip
        assert cost_of(db, vendor="openai", model=model) == (expected, "price_card"), model


def test_a_card_is_valid_at_the_moment_of_the_call(db: Db) -> None:
    price(db, "lusha", "call", "1")
    price(db, "lusha", "call", "3", valid_from="2026-11-10T00:00:00Z")
    price(db, "lusha", "call", "2", valid_from="2026-11-05T00:00:00Z")
    for ts, expected in [
        ("2026-11-04T23:59:59.999Z", 1), ("2026-11-05T00:00:00Z", 2), ("2026-11-09T23:59:59Z", 2),
        ("2026-11-10T00:00:00Z", 3), (None, 3),
    ]:  # fmt: skip
        assert cost_of(db, vendor="lusha", ts=ts) == (expected, "price_card"), ts


MILLION = 1_000_000


def test_tokens_counted_inside_the_total_and_beside_it_are_priced_alike_right(db: Db) -> None:
    for unit, usd, inside in [
        ("input_token", "2.50", None), ("cached_token", "1.25", "input_token"), ("output_token", "10", None),
        ("reasoning_token", "12", "output_token"),
    ]:  # fmt: skip
        price(db, "openai", unit, usd, per_units=MILLION, model_pattern="gpt-4o*", counted_in=inside)
    for unit, usd in [("input_token", "3"), ("cached_token", "0.30"), ("output_token", "15")]:
        price(db, "anthropic", unit, usd, per_units=MILLION)
    tokens = {"tokens_input": 1000, "tokens_output": 200}
    cached = {"tokens_cached": 600}
    inside = cost_of(db, vendor="openai", model="gpt-4o", **tokens, extra=cached)
    assert inside == (Decimal("0.003750"), "price_card")  # (400 × 2.50 + 600 × 1.25 + 200 × 10) / 1e6
    beside = cost_of(db, vendor="anthropic", model="claude", **tokens, extra=cached)
    assert beside == (Decimal("0.006180"), "price_card")  # (1000 × 3 + 600 × 0.30 + 200 × 15) / 1e6
    reasoning = cost_of(db, vendor="openai", model="gpt-4o", **tokens, extra={"tokens_reasoning": 50})
    assert reasoning == (Decimal("0.004600"), "price_card")  # (1000 × 2.50 + 150 × 10 + 50 × 12) / 1e6
    text = cost_of(db, vendor="openai", model="gpt-4o", **tokens, extra={"tokens_cached": "600"})
    assert text == inside
    db.call("tick")
    used = db.row(
        "select sum(tokens_cached) c, sum(tokens_reasoning) r from obs.run_model_usage where model = 'gpt-4o'"
    )
    assert tuple(used) == (1200, 50)


def test_cached_tokens_without_a_card_are_part_of_the_input(db: Db) -> None:
    price(db, "openai", "input_token", "2", per_units=MILLION)
    price(db, "openai", "output_token", "8", per_units=MILLION)
    found = cost_of(db, vendor="openai", tokens_input=1000, tokens_output=0, extra={"tokens_cached": 900})
    assert found == (Decimal("0.002"), "price_card")


def test_a_cache_hit_is_free_and_counted_and_a_failed_call_with_tokens_is_charged(db: Db) -> None:
    price(db, "openai", "input_token", "2", per_units=1000)
    price(db, "openai", "output_token", "8", per_units=1000)
    start(db)
    vendor_call(db, "r1", "openai", tokens_input=500, extra={"cache_hit": True})
    vendor_call(db, "r1", "openai", "error", error_code="HTTP_500", tokens_input=1000, tokens_output=0)
    vendor_call(db, "r1", "openai", tokens_input=1000)
    row = db.call("finish_stage", run_id="r1", stage="score")
    usage = vendor_row(db, "r1", "openai")
    assert (row.cost_usd, row.cache_hits, row.unpriced_calls) == (4, 1, 0)
    assert (usage.calls, usage.errors, usage.cost_usd, usage.cache_hits) == (3, 1, 4, 1)


def test_an_unknown_price_is_unknown_and_counted_never_zero(db: Db) -> None:
    price(db, "openai", "input_token", "2", per_units=1000, model_pattern="gpt-4o")
    start(db)
    unpriced = [
        {"vendor": "newcomer"},
        {"vendor": "openai", "model": "o9", "tokens_input": 10},
        {"vendor": "openai", "model": "gpt-4o", "tokens_input": 10, "tokens_output": 5},
        {"vendor": "openai", "model": "gpt-4o", "status": "error", "tokens_output": 5},
    ]
    for call in unpriced:
        vendor_call(db, "r1", **call)
    vendor_call(db, "r1", "newcomer", "error", error_code="HTTP_500")
    assert db.rows("select cost_usd, cost_source from obs.run_event_logs order by cost_source nulls last") == [
        *[(None, "unpriced")] * 4,
        (None, None),
    ]
    row = db.call("finish_stage", run_id="r1", stage="score")
    assert (row.unpriced_calls, row.cost_usd) == (4, 0)
    assert (vendor_row(db, "r1", "newcomer").unpriced_calls, vendor_row(db, "r1", "openai").unpriced_calls) == (1, 3)


def test_a_hundred_thousand_tiny_costs_are_exactly_four_dollars(db: Db) -> None:
    start(db)
    with db.conn.transaction():
        db.execute("select obs.open_batch()")
        db.execute(
            """insert into pg_temp.obs_batch (
                ord, ts, logger, tenant_id, run_id, stage, event, status, vendor, cost_usd, event_id)
            select n, now(), 'obs.vendor', 'a', 'r1', 'score', 'vendor_call', 'success', 'openai', 0.00004,
                gen_random_uuid() from generate_series(1, 100000) n"""
        )
        assert db.call("log_batch", expected=100_000).accepted == 100_000
    row = db.call("finish_stage", run_id="r1", stage="score")
    assert (row.cost_usd, row.cost_usd_exact) == (Decimal("4.0000"), Decimal("4.00000"))
    assert vendor_row(db, "r1", "openai").cost_usd == Decimal("4.0000")
    assert drift(db, "r1") == []


def test_published_numbers_saturate_and_the_wide_ones_go_on(db: Db) -> None:
    start(db)
    for _ in range(2):
        item(db, "r1", "score", cost_usd=99_999_999.99995, tokens_input=3 * 10**9, tokens_output=10**12)
    row = db.call("finish_stage", run_id="r1", stage="score")
    assert (row.cost_usd, row.tokens_input, row.tokens_output) == (
        Decimal("99999999.9999"), 2_147_483_647, 2_147_483_647
    )  # fmt: skip
    assert row.cost_usd_exact == Decimal("199999999.9999")
    assert (row.tokens_input_exact, row.tokens_output_exact) == (6 * 10**9, 2 * 10**12)
    start(db, "r2")
    item(db, "r2", "score", cost_usd=99_999_999.99994)
    assert db.call("finish_stage", run_id="r2", stage="score").cost_usd == Decimal("99999999.9999")


def test_stage_vendor_and_model_costs_agree_before_rounding(db: Db) -> None:
    price(db, "openai", "input_token", "0.15", per_units=MILLION)
    price(db, "tavily", "call", "0.0080001")
    start(db)
    lines = [line("r1", "vendor_call", status="success", vendor="tavily", stage=f"s{n % 3}") for n in range(20)]
    lines += [
        line("r1", "vendor_call", status="success", vendor="openai", model=f"m{n % 2}", tokens_input=7 * n, stage="s1")
        for n in range(1, 20)
    ]
    assert log_lines(db, lines) == (39, 0, 0)
    db.call("finish_run", run_id="r1")
    sums = [
        db.one(f"select sum(cost_usd_exact) from obs.{table}")
        for table in ("run_stage_stats", "run_vendor_usage", "run_model_usage")
    ]
    assert sums == [Decimal("0.0080001") * 20 + Decimal("0.00000015") * 7 * 190] * 3
    assert drift(db, "r1") == []


def test_bad_prices_are_refused(db: Db) -> None:
    good = {"vendor": "v", "unit": "call", "price_usd": Decimal(1)}
    for bad in [
        {"unit": "minute"}, {"unit": None}, {"price_usd": Decimal(-1)}, {"price_usd": Decimal("NaN")},
        {"price_usd": Decimal(10**6)}, {"price_usd": None}, {"per_units": 0}, {"per_units": None},
        {"model_pattern": "*mini"}, {"model_pattern": "a*b*"}, {"model_pattern": None}, {"vendor": ""},
        {"vendor": None}, {"counted_in": "call"}, {"counted_in": "words"}, {"valid_from": None},
        {"valid_from": "infinity"},
    ]:  # fmt: skip
        assert refused(db.call, "set_price", **{**good, **bad}).sqlstate == "22023", bad
    assert refused(db.call, "set_price", **good, tenant_id="nobody").sqlstate == "OB001"
    assert db.one("select count(*) from obs.price_cards") == 0


def calls_of_two_days(db: Db) -> None:
    start(db, "r1", started_at="2026-11-01T00:00:00Z")
    start(db, "r2", started_at="2026-11-02T00:00:00Z")
    for run, day in (("r1", 1), ("r2", 2)):
        moment = f"2026-11-0{day}T01:00:00Z"
        vendor_call(db, run, "openai", model="o9", tokens_input=1000, ts=moment, event_id=event_id(1))
        vendor_call(db, run, "openai", model="o9", cost_usd=5, tokens_input=1000, ts=moment)
        db.call("finish_run", run_id=run)


def test_repricing_fills_in_what_was_unpriced_and_leaves_what_was_reported(db: Db) -> None:
    calls_of_two_days(db)
    price(db, "openai", "input_token", "2", per_units=1000)
    changed = db.calls("reprice", **{"from": "2026-11-01T00:00:00Z", "to": "2026-11-02T00:00:00Z"})
    assert changed == [("a", "r1", 1, 0, 2)]
    first, second = stage_row(db, "r1", "score"), stage_row(db, "r2", "score")
    assert (first.cost_usd, first.unpriced_calls, second.cost_usd, second.unpriced_calls) == (7, 0, 5, 1)
    assert (first.revision, first.late_events, first.events_seen) == (2, 0, 2)
    assert (vendor_row(db, "r1", "openai").cost_usd, vendor_row(db, "r1", "openai").calls) == (7, 2)
    assert drift(db, "r1") + drift(db, "r2") == []
    audited = db.rows("select tenant_id, actor, detail from obs.audit_log where action = 'reprice'")
    detail = {"run_id": "r1", "calls": 1, "cost_before_usd": 0, "cost_after_usd": 2}
    assert audited == [("a", "postgres", detail)]
    assert db.calls("reprice", **{"from": "2026-11-01T00:00:00Z", "to": "2026-11-02T00:00:00Z"}) == []


def test_repricing_corrects_a_wrong_card(db: Db) -> None:
    price(db, "openai", "input_token", "3", per_units=1000)
    calls_of_two_days(db)
    price(db, "openai", "input_token", "1", per_units=1000)
    window = {"from": "2026-11-01T00:00:00Z", "to": "2026-11-03T00:00:00Z"}
    assert db.calls("reprice", **window, tenant_id="a") == [("a", "r1", 1, 3, 1), ("a", "r2", 1, 3, 1)]
    assert stage_row(db, "r1", "score").cost_usd == 6
    assert drift(db, "r1") == []
    assert refused(db.call, "reprice", **{"from": window["to"], "to": window["from"]}).sqlstate == "22023"
    assert refused(db.call, "reprice", **window, tenant_id="nobody").sqlstate == "OB001"


def test_every_price_that_was_set_is_in_the_audit_log(db: Db) -> None:
    admin = db.login("test_admin")
    price(admin, "tavily", "call", "0.01")
    actor, detail = db.row("select actor, detail from obs.audit_log where action = 'set_price'")
    assert (actor, detail["vendor"], detail["price_usd"]) == ("test_admin", "tavily", 0.01)


def test_absurd_numbers_of_tokens_in_extra_stop_no_fold(db: Db) -> None:
    start(db)
    absurd = [
        line("r1", "vendor_call", vendor="v", extra={"tokens_cached": 9 * 10**18, "tokens_reasoning": -5})
        for _ in range(2)
    ]
    assert log_lines(db, absurd) == (2, 0, 0)
    assert vendor_call(db, "r1", vendor="v", extra={"tokens_cached": 9 * 10**18}) == "accepted"
    assert vendor_call(db, "r1", vendor="v", extra={"tokens_cached": "7", "tokens_reasoning": 10**12}) == "accepted"
    assert db.call("tick")["folded_runs"] == 1
    assert tuple(db.row("select calls, tokens_cached, tokens_reasoning from obs.run_model_usage")) == (4, 7, 10**12)
