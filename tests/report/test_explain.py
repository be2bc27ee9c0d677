"""obs.explain: the parts of what changed against an earlier run sum to the difference exactly."""

from __future__ import annotations

import random
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from psycopg.types.json import Jsonb

from support.db import Db
from support.pipeline import line, refused, start

OLD, NEW = "2026-03-02 01:00:00+00", "2026-03-03 01:00:00+00"


def calls(run: str, vendor: str, number: int, usd: str | None, stage: str = "score", **more: Any) -> list[Any]:
    return [
        line(run, "vendor_call", stage=stage, vendor=vendor, cost_usd=usd, **{"status": "success", **more})
        for _ in range(number)
    ]


def night(db: Db, run: str, at: str, lines: Iterable[Any] = (), status: str | None = "success", **more: Any) -> None:
    start(db, run, started_at=at, **more)
    db.call("log_events", events=Jsonb([*lines]))
    if status:
        db.call("finish_run", run_id=run, status=status)


def parts(db: Db, run: str = "new", measure: str = "cost_usd", **more: Any) -> list[Any]:
    return [row for row in db.calls("explain", run_id=run, **more) if row.measure == measure]


def by_part(rows: list[Any]) -> dict[str, Decimal]:
    summed: dict[str, Decimal] = {}
    for row in rows:
        summed[row.part] = summed.get(row.part, Decimal(0)) + row.delta
    return summed


def forget_raw(db: Db) -> None:
    db.execute("update obs.enrichment_runs set expired_at = clock_timestamp(), raw_gone_at = clock_timestamp()")
    db.execute("delete from obs.run_event_logs")


def seeded(db: Db, **more: Any) -> None:
    """41 dollars more: 30 by a price of 0.25 for 0.10 on 200 calls, 9 by 90 more verifications, 2 by retries."""
    same = [*calls("old", "openai", 200, "0.10", model="gpt-4o"), *calls("old", "zerobounce", 110, "0.10", "verify")]
    night(db, "old", OLD, same + calls("old", "lusha", 20, "0.10", "contacts"), **more)
    changed = [*calls("new", "openai", 200, "0.25", model="gpt-4o"), *calls("new", "zerobounce", 200, "0.10", "verify")]
    for company in range(20):
        for minute, status in ((1, "error"), (2, "success")):
            moment = f"2026-03-03T01:0{minute}:00Z"
            changed += calls("new", "lusha", 1, "0.10", "contacts", company_id=f"c{company}", status=status, ts=moment)
    night(db, "new", NEW, changed, **more)


def test_forty_one_dollars_are_split_to_the_cent(db: Db, tenants: tuple[str, str]) -> None:
    seeded(db)
    found = parts(db.login("test_reader_a"))
    assert [(r.part, r.stage, r.vendor, r.model, r.delta, r.source) for r in found] == [
        ("price", "score", "openai", "gpt-4o", Decimal(30), "raw"),
        ("volume", "verify", "zerobounce", None, Decimal(9), "raw"),
        ("retries", "contacts", "lusha", None, Decimal(2), "raw"),
    ]
    assert [(r.before, r.after, r.unit) for r in found] == [
        (Decimal("0.1"), Decimal("0.25"), "usd a call"),
        (110, 200, "calls"),
        (0, 2, "usd"),
    ]
    assert sum(r.share for r in found) == 1
    assert {(r.total_before, r.total_after, r.against) for r in found} == {(33, 74, "old")}


def test_stored_numbers_answer_when_raw_events_are_gone(db: Db, tenants: tuple[str, str]) -> None:
    seeded(db)
    forget_raw(db)
    found = parts(db)
    assert sum(r.delta for r in found) == 41
    assert {r.source for r in found} == {"rollup"}
    assert [(r.part, r.stage, r.vendor, r.delta) for r in found] == [
        ("price", None, "openai", 30),
        ("volume", None, "zerobounce", 9),
        ("volume", None, "lusha", 2),
    ]


def test_one_run_without_raw_events_is_enough_for_stored_numbers(db: Db, tenants: tuple[str, str]) -> None:
    seeded(db)
    db.execute("update obs.enrichment_runs set thinned_at = clock_timestamp() where run_id = 'old'")
    assert {r.source for r in parts(db)} == {"rollup"}
    db.execute("update obs.enrichment_runs set thinned_at = null")
    assert {r.source for r in parts(db)} == {"raw"}
    db.execute("delete from obs.run_event_logs where run_id = 'old' and vendor = 'zerobounce'")
    assert {r.source for r in parts(db)} == {"rollup"}, "raw events that do not add up speak for nothing"


def test_another_model_is_mix_and_more_calls_are_volume(db: Db, tenants: tuple[str, str]) -> None:
    night(
        db,
        "old",
        OLD,
        calls("old", "openai", 80, "0.01", model="mini") + calls("old", "openai", 20, "0.10", model="big"),
    )
    night(
        db,
        "new",
        NEW,
        calls("new", "openai", 60, "0.01", model="mini") + calls("new", "openai", 140, "0.10", model="big"),
    )
    # At the old shares 200 calls are 160 and 40: +0.80 and +2.00. Then 100 move from mini to big: -1.00 and +10.00.
    found = {(r.part, r.model): r.delta for r in parts(db)}
    assert found == {
        ("volume", "mini"): Decimal("0.8"),
        ("volume", "big"): Decimal(2),
        ("mix", "mini"): Decimal(-1),
        ("mix", "big"): Decimal(10),
    }


def test_a_new_model_is_mix_and_a_new_vendor_volume(db: Db, tenants: tuple[str, str]) -> None:
    night(db, "old", OLD, calls("old", "openai", 10, "0.01", model="mini") + calls("old", "hunter", 5, "0.2", "verify"))
    night(
        db, "new", NEW, calls("new", "openai", 10, "0.05", model="big") + calls("new", "zerobounce", 5, "0.1", "verify")
    )
    found = {(r.part, r.vendor, r.model): r.delta for r in parts(db)}
    assert found == {
        ("mix", "openai", "mini"): Decimal("-0.1"),
        ("mix", "openai", "big"): Decimal("0.5"),
        ("volume", "hunter", None): Decimal(-1),
        ("volume", "zerobounce", None): Decimal("0.5"),
    }


def test_refused_calls_that_cost_nothing_make_no_call_cheaper(db: Db, tenants: tuple[str, str]) -> None:
    night(db, "old", OLD, calls("old", "openai", 10, "0.03"))
    refusals = calls("new", "openai", 30, None, status="error", error_code="HTTP_429")
    night(db, "new", NEW, calls("new", "openai", 10, "0.03") + refusals)
    assert parts(db) == []
    (failures,) = parts(db, measure="call_errors")
    assert (failures.stage, failures.vendor, failures.error_code, failures.delta) == ("score", "openai", "HTTP_429", 30)


def test_only_failed_calls_that_cost_something_and_were_made_again_are_retries(
    db: Db, tenants: tuple[str, str]
) -> None:
    attempts: dict[str, list[tuple[str, str | None]]] = {
        "twice well": [("success", "1"), ("success", "1")],
        "refused first": [("error", None), ("success", "1")],
        "billed failure": [("error", "1"), ("error", "1"), ("success", "1")],
        "given up": [("error", "1")],
    }
    lines = [
        calls("new", "openai", 1, usd, company_id=company, status=status, ts=f"2026-03-03T01:0{minute}:00Z")[0]
        for company, made in attempts.items()
        for minute, (status, usd) in enumerate(made)
    ]
    night(db, "old", OLD, calls("old", "openai", 1, "1"))
    night(db, "new", NEW, lines)
    assert by_part(parts(db)) == {"volume": 4, "retries": 2}


def test_a_call_of_another_stage_is_no_retry_and_a_retry_that_cost_something_is_one(
    db: Db, tenants: tuple[str, str]
) -> None:
    night(db, "old", OLD, calls("old", "openai", 1, "1"))
    failed, again = (f"2026-03-03T01:0{minute}:00Z" for minute in (1, 2))
    lines = calls("new", "openai", 1, "1", company_id="c", status="error", ts=failed)
    lines += calls("new", "openai", 1, "1", "verify", company_id="c", ts=again)
    for minute, stage in enumerate(("score", "verify")):
        ts = f"2026-03-03T01:0{minute}:00Z"
        lines += calls("new", "openai", 1, "1", stage, company_id="given up in both", status="error", ts=ts)
    lines.append(line("new", "retry", stage="score", vendor="openai", cost_usd="3"))
    night(db, "new", NEW, lines)
    found = parts(db)
    assert {(r.part, r.stage, r.delta, r.source) for r in found} == {
        ("volume", "score", 1, "raw"), ("volume", "verify", 2, "raw"), ("retries", "score", 3, "raw"),
    }  # fmt: skip


def test_calls_without_a_price_make_no_call_cheaper_in_stored_numbers(db: Db, tenants: tuple[str, str]) -> None:
    night(db, "old", OLD, calls("old", "openai", 10, "0.03"))
    night(db, "new", NEW, calls("new", "openai", 10, "0.03") + calls("new", "openai", 10, None))
    assert db.one("select unpriced_calls from obs.run_model_usage where run_id = 'new'") == 10
    forget_raw(db)
    assert parts(db) == []


def test_a_cost_without_calls_is_neither_volume_nor_mix(db: Db, tenants: tuple[str, str]) -> None:
    night(db, "old", OLD, calls("old", "openai", 10, "0.1", model="mini"))
    night(db, "new", NEW, calls("new", "openai", 20, "0.1", model="mini"))
    forget_raw(db)
    for run, usd in (("old", 5), ("new", 5)):
        db.execute(
            "insert into obs.run_model_usage (tenant_id, run_id, vendor, model, cost_usd_exact)"
            " values ('a', %s, 'openai', 'flat fee', %s)",
            (run, usd),
        )
    db.execute("update obs.run_stage_stats set cost_usd_exact = cost_usd_exact + 5")
    assert [(r.part, r.model, r.delta) for r in parts(db)] == [("volume", "mini", 1)]


def test_the_largest_difference_comes_first_whatever_its_sign(db: Db, tenants: tuple[str, str]) -> None:
    night(db, "old", OLD, calls("old", "openai", 10, "1") + calls("old", "lusha", 1, "1", "contacts"))
    night(db, "new", NEW, calls("new", "openai", 2, "1") + calls("new", "lusha", 4, "1", "contacts"))
    assert [r.delta for r in parts(db)] == [-8, 3]


def test_parts_sum_to_the_difference_whatever_the_runs_hold(db: Db, tenants: tuple[str, str]) -> None:
    dice = random.Random(3)
    for number in range(6):
        run = f"r{number}"
        lines: list[Any] = []
        for _ in range(dice.randint(1, 400)):
            vendor = dice.choice(("openai", "lusha", "zerobounce", "tavily"))
            usd = dice.choice((None, "0", "0.0000001", str(round(dice.random(), 7))))
            code = dice.choice((None, None, None, "HTTP_429", "TIMEOUT"))
            lines += calls(
                run, vendor, 1, usd, dice.choice(("crawl", "score", "verify")), model=dice.choice((None, "m1", "m2")),
                company_id=dice.choice((None, "1", "2", "3")), status="error" if code else "success", error_code=code,
            )  # fmt: skip
            ok = dice.random() < 0.8
            code = dice.choice((None, "HTTP_500"))
            lines.append(
                line(
                    run,
                    "finish" if ok else "error",
                    cost_usd=dice.choice((None, "0.01")),
                    error_code=None if ok else code,
                )
            )
        night(db, run, f"2026-03-0{number + 1} 01:00:00+00", lines)
    for gone in (False, True):
        if gone:
            forget_raw(db)
        for number in range(1, 6):
            for measure, column in (
                ("cost_usd", "cost_usd"),
                ("errors", "count_error"),
                ("duration_ms", "duration_ms"),
            ):
                query = f"select {column} from obs.run_overview where run_id = %s"
                before, after = (db.one(query, (f"r{at}",)) for at in (number - 1, number))
                found = parts(db, f"r{number}", measure)
                assert sum(r.delta for r in found) == after - before
                assert not found or sum(r.share for r in found) == 1
                assert {(r.total_before, r.total_after) for r in found} <= {(before, after)}
                if measure == "cost_usd":
                    assert {r.source for r in found} == {"rollup" if gone else "raw"}


def times(db: Db, run: str, ended: int, **stages: tuple[int | None, int | None]) -> None:
    """Sets a run's and its stages' beginnings and ends, in seconds after the run's beginning."""
    for stage, (low, high) in stages.items():
        db.execute(
            """insert into obs.run_stage_stats (tenant_id, run_id, stage, status, started_at, ended_at)
            select tenant_id, run_id, %s, 'success', started_at + make_interval(secs => %s),
                started_at + make_interval(secs => %s) from obs.enrichment_runs where run_id = %s""",
            (stage, low, high, run),
        )
    db.execute(
        "update obs.enrichment_runs set ended_at = started_at + make_interval(secs => %s) where run_id = %s",
        (ended, run),
    )


def test_duration_is_split_over_stages_and_waiting(db: Db, tenants: tuple[str, str]) -> None:
    night(db, "old", OLD)
    night(db, "new", NEW)
    times(db, "old", 100, crawl=(0, 40), score=(40, 90))
    # 30 s of crawl alone, 30 s shared by two, 40 s of score alone, 60 s of nothing; outside the run counts for none.
    times(db, "new", 160, crawl=(-5, 60), score=(30, 100), late=(170, 190), never=(None, 50))
    found = {(r.part, r.stage): (r.before, r.after, r.delta) for r in parts(db, measure="duration_ms")}
    assert found == {
        ("waiting", None): (10_000, 60_000, 50_000),
        ("stage", "crawl"): (40_000, 45_000, 5_000),
        ("stage", "score"): (50_000, 55_000, 5_000),
    }


def test_three_stages_at_once_share_a_second_without_losing_a_millisecond(db: Db, tenants: tuple[str, str]) -> None:
    night(db, "old", OLD)
    night(db, "new", NEW)
    times(db, "old", 0)
    times(db, "new", 1, a=(0, 1), b=(0, 1), c=(0, 1))
    found = parts(db, measure="duration_ms")
    assert sorted(r.delta for r in found) == [333, 333, 334]
    assert sum(r.share for r in found) == 1


def test_the_last_good_run_is_of_the_same_tenant_and_kind(db: Db, tenants: tuple[str, str]) -> None:
    night(db, "good", "2026-03-01 01:00:00+00", calls("good", "openai", 1, "1"))
    night(db, "failed", "2026-03-01 02:00:00+00", calls("failed", "openai", 1, "1"), status="error")
    night(db, "other", "2026-03-01 03:00:00+00", calls("other", "openai", 1, "1"), kind="adhoc")
    start(db, "theirs", "b", started_at="2026-03-01 04:00:00+00")
    db.call("finish_run", run_id="theirs", status="success", tenant_id="b")
    night(db, "drill", "2026-03-01 05:00:00+00", calls("drill", "openai", 1, "1"))
    db.execute("update obs.enrichment_runs set is_simulation = true where run_id = 'drill'")
    night(db, "new", NEW, calls("new", "openai", 3, "1"))
    assert {r.against for r in parts(db)} == {"good"}
    night(db, "real", "2026-03-02 23:00:00+00", calls("real", "openai", 9, "1"))
    assert {r.against for r in parts(db)} == {"real"}
    db.execute("update obs.enrichment_runs set is_simulation = true where run_id = 'new'")
    assert {r.against for r in parts(db)} == {"drill"}
    (against_failed,) = parts(db, against="failed")
    assert (against_failed.against, against_failed.delta) == ("failed", 2)


def test_of_two_that_began_at_once_one_is_before_the_other(db: Db, tenants: tuple[str, str]) -> None:
    night(db, "one", OLD, calls("one", "openai", 1, "1"))
    night(db, "two", OLD, calls("two", "openai", 2, "1"))
    assert {r.against for r in parts(db, "two")} == {"one"}
    assert parts(db, "one") == []


def test_nothing_to_compare_with_is_said(db: Db, tenants: tuple[str, str]) -> None:
    night(db, "new", NEW, calls("new", "openai", 3, "1"))
    said: list[str] = []
    db.conn.add_notice_handler(lambda notice: said.append(str(notice.message_primary)))
    assert db.calls("explain", run_id="new") == []
    assert said == ["there is no earlier nightly run of tenant 'a' that succeeded: nothing to compare 'new' with"]


def test_a_running_run_has_no_duration_yet(db: Db, tenants: tuple[str, str]) -> None:
    night(db, "old", OLD, calls("old", "openai", 3, "1"))
    night(db, "new", NEW, calls("new", "openai", 5, "1"), status=None)
    db.call("tick")
    db.execute("update obs.enrichment_runs set status = 'running', ended_at = null where run_id = 'new'")
    assert {r.measure for r in db.calls("explain", run_id="new")} == {"cost_usd"}


def test_foreign_and_unknown_runs_get_one_answer(db: Db, tenants: tuple[str, str]) -> None:
    night(db, "new", NEW)
    start(db, "theirs", "b", started_at=OLD)
    asked: list[dict[str, Any]] = [
        {"run_id": "nothing"}, {"run_id": None}, {"run_id": "new", "against": "nothing"}, {"run_id": "theirs"},
        {"run_id": "new", "against": "theirs"}, {"run_id": "new", "tenant_id": "b"},
    ]  # fmt: skip
    reader = db.login("test_reader_a")
    for more in asked:
        assert refused(reader.calls, "explain", **more).sqlstate == "OB002"


def test_who_may_ask(db: Db, tenants: tuple[str, str]) -> None:
    seeded(db)
    assert refused(db.login("test_writer_a").calls, "explain", run_id="new").sqlstate == "42501"
    start(db, "new", "b", started_at=OLD)
    assert refused(db.calls, "explain", run_id="new").sqlstate == "OB004"
    assert len(parts(db, tenant_id="a")) == 3
