"""Advice about vendors: halves at once, recovers by the clock, skips until the next night, and counts each hit once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from support.db import Db

At = Callable[[float], Db]


@pytest.fixture
def minute(db: Db) -> At:
    """minute(10) is the database ten minutes after the run `r` of tenant `a` began."""
    start = datetime.fromisoformat("2026-05-05 01:00:00+00:00")

    def at(minutes: float) -> Db:
        db.set_now(str(start + timedelta(minutes=minutes)))
        return db

    at(0).call("start_run", tenant_id="a", run_id="r")
    return at


def hit(db: Db, vendor: str = "openai", code: str = "HTTP_429", run_id: str = "r", times: int = 1) -> None:
    for _ in range(times):
        db.call("log_event", run_id=run_id, stage="score", event="vendor_call", status="error", logger="obs.vendor",
                vendor=vendor, error_code=code)  # fmt: skip


def factor(db: Db, vendor: str = "openai", **more: Any) -> float:
    return float(db.call("advice", tenant_id="a", vendor=vendor, **more).batch_factor)


def test_without_hits_all_is_well_and_nothing_is_written(minute: At) -> None:
    db = minute(1)
    hit(db, code="HTTP_500")
    assert tuple(db.call("advice", tenant_id="a", vendor="openai")) == (1, False, "no limit in sight", None)
    assert db.one("select count(*) from obs.vendor_advice") == 0


def test_a_hit_halves_at_once_before_any_fold(minute: At) -> None:
    db = minute(1)
    hit(db, times=7)
    assert db.one("select count(*) from obs.run_vendor_usage") == 0
    advice = db.call("advice", tenant_id="a", vendor="openai")
    assert (advice.batch_factor, advice.skip, advice.reason) == (Decimal("0.5"), False, "rate limit hit in run r")
    assert str(advice.until) == "2026-05-05 01:11:00+00:00"
    assert factor(db, "tavily") == 1


def test_a_hit_counts_once_however_often_it_is_asked_about_and_folded(minute: At) -> None:
    db = minute(1)
    hit(db, times=3)
    assert [factor(db) for _ in range(3)] == [0.5, 0.5, 0.5]
    db.call("tick")
    assert factor(db) == 0.5
    hit(db)
    assert factor(db) == 0.25
    db.call("finish_run", run_id="r")
    assert factor(db) == 0.25


def test_ten_clean_minutes_give_a_quarter_more(minute: At) -> None:
    hit(minute(0))
    assert factor(minute(0)) == 0.5
    steps = [(10 - 1 / 60, 0.5), (10, 0.625), (19.99, 0.625), (20, 0.78125), (30, 0.976562), (40, 1), (9000, 1)]
    assert [(at, factor(minute(at))) for at, _ in steps] == [(at, pytest.approx(f, abs=1e-6)) for at, f in steps]
    assert minute(20).call("advice", tenant_id="a", vendor="openai").until == minute(30).one("select obs.now()")
    assert minute(40).call("advice", tenant_id="a", vendor="openai").until is None


def test_looking_writes_nothing(minute: At) -> None:
    hit(minute(0))
    factor(minute(0))
    before = minute(0).one("select xmin::text from obs.vendor_advice")
    for at in (1, 10, 25, 60):
        factor(minute(at))
    assert minute(0).one("select xmin::text from obs.vendor_advice") == before


def test_a_hit_after_some_recovery_halves_what_was_recovered(minute: At) -> None:
    hit(minute(0))
    assert factor(minute(0)) == 0.5
    hit(minute(25))
    assert factor(minute(25)) == pytest.approx(0.390625)
    assert factor(minute(34)) == pytest.approx(0.390625)
    assert factor(minute(35)) == pytest.approx(0.488281)


def test_it_never_falls_below_the_floor(minute: At) -> None:
    for at in range(8):
        hit(minute(at))
        found = factor(minute(at))
        assert found == max(0.0625, 0.5 ** (at + 1))
    minute(9).execute("select obs.set_setting('advice_floor', '0.25', 'a')")
    hit(minute(9))
    assert factor(minute(9)) == 0.25


def test_a_vendors_own_code_counts_once_it_is_mapped(minute: At) -> None:
    db = minute(1)
    hit(db, "tavily", "TOO_FAST")
    assert factor(db, "tavily") == 1
    db.call("map_error_code", vendor="tavily", error_code="TOO_FAST", meaning="rate_limit")
    assert factor(db, "tavily") == 0.5


def test_a_spent_quota_is_left_alone_until_the_next_expected_run(minute: At) -> None:
    minute(-600).call("expect", tenant_id="a", schedule="03:00", time_zone="Europe/Paris")  # 01:00 UTC
    hit(minute(90), "lusha", "HTTP_402")
    advice = minute(90).call("advice", tenant_id="a", vendor="lusha")
    assert tuple(advice)[:3] == (1, True, "quota exhausted in run r")
    assert str(advice.until) == "2026-05-06 01:00:00+00:00"
    assert minute(24 * 60 - 1).call("advice", tenant_id="a", vendor="lusha").skip
    assert not minute(24 * 60).call("advice", tenant_id="a", vendor="lusha").skip
    assert not minute(5).call("advice", tenant_id="a", vendor="openai").skip


def test_without_an_expectation_the_night_lasts_24_hours_from_the_runs_start(minute: At) -> None:
    hit(minute(90), "lusha", "HTTP_402")
    assert str(minute(90).call("advice", tenant_id="a", vendor="lusha").until) == "2026-05-06 01:00:00+00:00"


def test_a_run_that_started_early_does_not_take_its_own_moment_for_the_next_night(minute: At) -> None:
    minute(-600).call("expect", tenant_id="a", schedule="01:20")
    hit(minute(5), "lusha", "HTTP_402")
    assert str(minute(5).call("advice", tenant_id="a", vendor="lusha").until) == "2026-05-06 01:20:00+00:00"


def test_the_next_nights_run_may_try_again_though_it_starts_early(minute: At) -> None:
    minute(-600).call("expect", tenant_id="a", schedule="01:00")
    hit(minute(5), "lusha", "HTTP_402")
    assert minute(5).call("advice", tenant_id="a", vendor="lusha").skip
    minute(6).call("finish_run", run_id="r")
    minute(60).call("start_run", tenant_id="a", run_id="the same night")
    assert minute(60).call("advice", tenant_id="a", vendor="lusha").skip
    minute(61).call("finish_run", run_id="the same night", status="error")
    minute(24 * 60 - 20).call("start_run", tenant_id="a", run_id="the next night")
    assert not minute(24 * 60 - 20).call("advice", tenant_id="a", vendor="lusha").skip


def test_runs_at_once_share_the_account_and_each_hit_counts_once(minute: At) -> None:
    db = minute(1)
    db.call("start_run", tenant_id="a", run_id="s")
    hit(db, run_id="r", times=2)
    hit(db, run_id="s", times=2)
    assert [factor(db, run_id=run) for run in "rsrs"] == [0.5, 0.5, 0.5, 0.5]
    hit(db, run_id="s")
    assert [factor(db, run_id=run) for run in "rsrs"] == [0.25, 0.25, 0.25, 0.25]


def test_a_quota_that_an_earlier_run_of_the_night_spent_unasked_is_spent(minute: At) -> None:
    hit(minute(5), "lusha", "HTTP_402")
    minute(6).call("finish_run", run_id="r", status="error")
    minute(60).call("start_run", tenant_id="a", run_id="again")
    advice = minute(61).call("advice", tenant_id="a", vendor="lusha", run_id="again")
    assert (advice.skip, advice.reason) == (True, "quota exhausted in run r")


def test_a_run_that_is_not_known_yet_is_advised_like_the_others(minute: At) -> None:
    assert factor(minute(1), run_id="not started") == 1
    hit(minute(1))
    assert factor(minute(1), run_id="not started") == 0.5


def test_without_a_run_id_the_running_one_speaks_and_an_old_end_does_not(minute: At) -> None:
    hit(minute(1))
    minute(2).call("finish_run", run_id="r")
    minute(30).call("start_run", tenant_id="a", run_id="s")
    assert factor(minute(30)) == 1
    hit(minute(31), run_id="s")
    assert factor(minute(31)) == 0.5
    minute(32).call("finish_run", run_id="s")
    minute(24 * 60).call("start_run", tenant_id="a", run_id="t")
    assert factor(minute(24 * 60)) == 1
    assert factor(minute(24 * 60), run_id="r") == 1


def test_what_is_remembered_of_runs_does_not_grow(minute: At) -> None:
    db = minute(0)
    for day in range(6):
        name = f"day {day}"
        minute(day * 1440).call("start_run", tenant_id="a", run_id=name)
        hit(db, run_id=name)
        factor(db, run_id=name)
        db.call("finish_run", run_id=name)
    assert db.rows("select jsonb_object_keys(seen) from obs.vendor_advice") == [("day 5",)]


def test_many_callers_at_once_halve_once(minute: At) -> None:
    db = minute(1)
    hit(db, times=5)

    def ask(_: int) -> float:
        with psycopg.connect(db.dsn, autocommit=True) as conn:
            row = conn.execute("select batch_factor from obs.advice('a', 'openai')").fetchone()
            assert row
            return float(row[0])

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(24))) == {0.5}
    assert db.one("select batch_factor from obs.vendor_advice") == Decimal("0.5")


def test_nobody_waits_for_a_caller_who_meets_the_first_hit(minute: At) -> None:
    db = minute(1)
    hit(db)
    slow, quick = db.login(), db.login(options="-c statement_timeout=1s")
    for session in (slow, quick):
        session.set_now(db.one("select obs.now()::text"))
    slow.execute("begin")
    assert factor(slow) == factor(quick) == 0.5
    slow.execute("commit")
    assert factor(db) == 0.5


def test_nobody_waits_for_a_caller_whose_transaction_stays_open(minute: At) -> None:
    db = minute(1)
    hit(db)
    factor(db)
    hit(db)
    slow, quick = db.login(), db.login(options="-c lock_timeout=500ms")
    for session in (slow, quick):
        session.set_now(db.one("select obs.now()::text"))
    slow.execute("begin")
    assert factor(slow) == factor(quick) == 0.25
    slow.execute("rollback")
    assert factor(db) == 0.25


def test_a_read_only_session_is_answered_too(minute: At) -> None:
    db = minute(1)
    hit(db)
    reader = db.login(options="-c default_transaction_read_only=on")
    assert factor(reader) == 0.5
    assert db.one("select count(*) from obs.vendor_advice") == 0


@pytest.mark.parametrize("login", ["test_writer_a", "test_reader_a", "test_writer", "test_ops", "test_admin"])
def test_who_writes_or_reads_a_tenant_may_ask(db: Db, tenants: tuple[str, str], login: str) -> None:
    db.call("start_run", tenant_id="a", run_id="r")
    hit(db)
    assert factor(db.login(login)) == 0.5
    writes = login in ("test_writer_a", "test_writer", "test_admin")
    assert db.one("select count(*) from obs.vendor_advice") == writes


@pytest.mark.parametrize("login", ["test_writer_b", "test_reader_b", "test_reader", "test_bi"])
def test_a_foreign_tenant_is_refused_like_an_unknown_one(db: Db, tenants: tuple[str, str], login: str) -> None:
    asking = db.login(login)
    said = []
    for tenant in ("a", "no such tenant"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege) as refused:
            asking.call("advice", tenant_id=tenant, vendor="openai")
        said.append(str(refused.value).replace(f"'{tenant}'", "…"))
    assert said[0].splitlines()[:2] == said[1].splitlines()[:2]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        asking.call("advice", tenant_id=None, vendor="openai")


def test_a_tenants_hits_are_its_own(db: Db, tenants: tuple[str, str]) -> None:
    for tenant in tenants:
        db.call("start_run", tenant_id=tenant, run_id="r")
    db.call("log_event", run_id="r", stage="score", event="vendor_call", status="error", logger="obs.vendor",
            vendor="openai", error_code="HTTP_429", tenant_id="b")  # fmt: skip
    assert factor(db) == 1
    assert db.call("advice", tenant_id="b", vendor="openai", run_id="r").batch_factor == Decimal("0.5")
    assert db.login("test_reader_a").rows("select * from obs.vendor_advice") == []
