"""Service level objectives: equal to what Python counts by hand, honest about what is missing, and told as SL-08."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from support import objectives
from support.db import Db
from support.objectives import Nights, days, last
from support.pipeline import refused

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MONTH, MONTH_BEFORE = days(NOW, 0, 30), days(NOW, 30, 60)


def same(found: Any, wanted: Any) -> bool:
    return found is not None and abs(Fraction(found) - Fraction(wanted)) < Fraction(1, 10**9)


def status(db: Db, tenant: str = "a") -> dict[str, Any]:
    return {row.slo: row for row in db.rows("select * from obs.slo_status where tenant_id = %s", (tenant,))}


@pytest.fixture
def nights(db: Db) -> Nights:
    made = objectives.made_up(NOW, 110)
    objectives.put(db, "a", NOW, made, 110)
    objectives.put(db, "b", NOW, objectives.made_up(NOW, 40, seed=2, tenant="b"), 40)
    db.set_now(NOW.isoformat())
    return made


def test_the_fixture_has_what_makes_counting_hard(nights: Nights) -> None:
    runs = nights.runs
    assert len(nights.missing) >= 3
    assert {run.status for run in runs} >= {"success", "partial", "error", "cancelled", "crashed", "running"}
    assert sum(run.kind == "adhoc" for run in runs) >= 10
    assert sum(run.is_simulation for run in runs) >= 10
    before, after = objectives.due_on(NOW, 27), objectives.due_on(NOW, 26)
    assert after - before == timedelta(hours=25), "no change of clocks among the nights"


@pytest.mark.parametrize(
    ("slo", "window", "before"),
    [("run_success_50", last(0, 50), last(50, 100)), ("run_success_30d", MONTH, MONTH_BEFORE)],
)
def test_run_success_is_what_hands_count(nights: Nights, db: Db, slo: str, window: Any, before: Any) -> None:
    n, good = objectives.run_success(nights, window)
    n_before, good_before = objectives.run_success(nights, before)
    row = status(db)[slo]
    assert (row.n, row.budget, row.budget_left) == (n, math.floor(n * Fraction(2, 100)), row.budget - (n - good))
    assert same(row.actual, Fraction(good, n))
    assert same(row.trend, Fraction(good, n) - Fraction(good_before, n_before))
    low, high = objectives.wilson(good / n, n)
    assert (float(row.low), float(row.high)) == (pytest.approx(low, abs=1e-6), pytest.approx(high, abs=1e-6))
    assert row.state == ("ok" if Fraction(good, n) >= Fraction(98, 100) else "breach")
    assert same(row.spent, Fraction(n - good, n) / Fraction(2, 100))


def test_missed_nights_are_named_and_no_others(nights: Nights, db: Db) -> None:
    rows = db.rows(
        "select at, run_id, status, night, succeeded from obs.slo_nights where tenant_id = 'a' order by at desc"
    )
    assert [(row.at, row.run_id) for row in rows] == [(at, run and run.run_id) for at, run in nights.counted()]
    missing = [row for row in rows if row.status == "missing"]
    assert [row.at for row in missing] == sorted(nights.missing, reverse=True)
    assert all(row.night == row.at.astimezone(objectives.ZONE).date() and not row.succeeded for row in missing)


def test_duration_crawl_and_contacts_are_what_hands_count(nights: Nights, db: Db) -> None:
    found = status(db)
    runs, before = objectives.ran(nights, MONTH), objectives.ran(nights, MONTH_BEFORE)
    slow, slow_before = objectives.per_1k(runs), objectives.per_1k(before)
    p95 = objectives.disc(slow, Fraction(95, 100))
    row = found["duration_p95_per_1k"]
    assert (row.n, same(row.actual, p95)) == (len(slow), True)
    assert same(row.trend, p95 - objectives.disc(slow_before, Fraction(95, 100)))
    assert (row.low, row.high) == (None, None), "no share"
    assert row.budget == len(slow) - math.ceil(Fraction(95, 100) * len(slow))
    assert row.budget_left == row.budget - sum(value >= 90 for value in slow)
    assert row.state == ("ok" if p95 < 90 else "breach")

    rates = objectives.crawl_rates(runs)
    p50 = objectives.disc(rates, Fraction(1, 2))
    row = found["crawl_success_p50"]
    assert (row.n, same(row.actual, p50)) == (len(rates), True)
    assert row.budget_left == math.ceil(len(rates) / 2) - 1 - sum(rate < Fraction(7, 10) for rate in rates)
    assert row.state == ("ok" if p50 >= Fraction(7, 10) else "breach")

    reached, companies = sum(run.contactable for run in runs), sum(run.with_email for run in runs)
    row = found["company_contactable"]
    assert (row.n, same(row.actual, Fraction(reached, companies))) == (companies, True)
    low, high = objectives.wilson(reached / companies, companies)
    assert (float(row.low), float(row.high)) == (pytest.approx(low, abs=1e-6), pytest.approx(high, abs=1e-6))
    assert row.budget_left == math.floor(companies * Fraction(6, 10)) - (companies - reached)


def test_a_running_run_and_a_night_within_its_grace_count_for_nothing(nights: Nights, db: Db) -> None:
    db.execute("delete from obs.run_metrics where tenant_id = 'a'")
    db.execute("delete from obs.run_stage_stats where tenant_id = 'a'")
    db.execute(
        "delete from obs.enrichment_runs where tenant_id = 'a' and started_at > %s", (NOW - timedelta(hours=20),)
    )
    before = status(db)["run_success_30d"]
    today = objectives.due_on(NOW, 0)
    found = {}
    for minutes in (-1, 29, 31):
        db.set_now((today + timedelta(minutes=minutes)).isoformat())
        found[minutes] = db.one("select count(*) from obs.slo_nights where tenant_id = 'a' and at = %s", (today,))
    assert found == {-1: 0, 29: 0, 31: 1}
    db.set_now(NOW.isoformat())
    db.call("start_run", tenant_id="a", run_id="tonight", started_at=(today + timedelta(minutes=3)).isoformat())
    after = status(db)["run_success_30d"]
    assert (after.n, after.budget_left) == (before.n - 1, before.budget_left + 1), "the run that goes on is no miss"


def test_mean_times_are_of_pages_that_were_told(nights: Nights, db: Db) -> None:
    def page(hours_ago: float, acked: int | None, ended: int | None, **more: Any) -> None:
        fired = NOW - timedelta(hours=hours_ago)
        told = {"severity": "page", "notified_state": "firing", "is_simulation": False, "resolve_reason": None, **more}
        db.execute(
            """insert into obs.alerts (
                tenant_id, alert_code, subject, state, rule_version, breached_at, fired_at, acked_at, resolved_at,
                severity, notified_state, is_simulation, resolve_reason
            ) values ('a', 'CR-02', %s, %s, 1, %s, %s, %s, %s, %s, %s, %s, %s)""",
            (
                f"at {hours_ago}", "firing" if ended is None else "resolved", fired, fired,
                None if acked is None else fired + timedelta(minutes=acked),
                None if ended is None else fired + timedelta(minutes=ended), *told.values(),
            ),
        )  # fmt: skip

    acks, ends = [3, 4, 8, 5, 90, 60], [60, 100, 90, 200, 90, 60]
    for place, (acked, ended) in enumerate(zip(acks[:4], ends[:4], strict=True)):
        page(24 * (place + 1), acked, ended)
    page(24 * 29, None, 90)  # nobody took it until it ended by itself
    page(1, None, None)  # goes on since an hour
    for other in (
        {"severity": "warning"},
        {"notified_state": None},
        {"is_simulation": True},
        {"resolve_reason": "rule changed"},
    ):
        page(24 * 5 + len(other["severity"]) if "severity" in other else 100 + len(str(other)), 500, 900, **other)
    for back in range(31, 36):
        page(24 * back, 20, 30)
    found = status(db)
    mtta, mttr = found["alert_mtta"], found["alert_mttr_p1"]
    assert (mtta.n, mttr.n) == (6, 6)
    assert same(mtta.actual, Fraction(sum(acks), 6))
    assert same(mttr.actual, Fraction(sum(ends), 6))
    assert (mtta.state, mttr.state) == ("breach", "ok")
    assert same(mtta.trend, Fraction(sum(acks), 6) - 20)
    assert same(mtta.budget_left, 6 * 10 - sum(acks))
    assert same(mttr.budget_left, 6 * 120 - sum(ends))


def test_fewer_than_five_are_no_data(db: Db) -> None:
    tried = {"crawl_tried": 9, "crawled": 9, "with_email": 1, "contactable": 1}
    four = [objectives.Run(f"r{n}", NOW - timedelta(days=n), "success", **tried) for n in range(1, 5)]
    objectives.put(db, "a", NOW, Nights(four, []), 0)
    db.execute("delete from obs.expected_runs")
    db.set_now(NOW.isoformat())
    found = status(db)
    assert {slo: (row.n, row.state) for slo, row in found.items()} == {
        "run_success_50": (4, "no_data"), "run_success_30d": (4, "no_data"), "duration_p95_per_1k": (4, "no_data"),
        "crawl_success_p50": (4, "no_data"), "company_contactable": (4, "no_data"), "alert_mtta": (0, "no_data"),
        "alert_mttr_p1": (0, "no_data"),
    }  # fmt: skip
    assert db.rows("select * from obs.condition_sl_08") == []


def test_a_shortlist_of_two_hundred_counts_and_a_trend_takes_five(db: Db) -> None:
    """Six runs this month, of 200 and fewer; four in the month before, then a fifth."""
    sizes = [199, 200, 200, 200, 200, 200]
    runs = [
        objectives.Run(f"n{n}", NOW - timedelta(days=n), "success", shortlist=size) for n, size in enumerate(sizes, 1)
    ]
    before = [objectives.Run(f"o{n}", NOW - timedelta(days=40 + n), "success", shortlist=500) for n in range(4)]
    objectives.put(db, "a", NOW, Nights(runs + before, []), 0)
    db.execute("delete from obs.expected_runs")
    db.set_now(NOW.isoformat())
    found = status(db)
    assert found["duration_p95_per_1k"].n == 5
    assert (found["duration_p95_per_1k"].trend, found["run_success_30d"].trend) == (None, None)
    db.execute(
        """insert into obs.enrichment_runs (tenant_id, run_id, kind, started_at, ended_at, status, run_day)
        values ('a', 'fifth', 'nightly', %(at)s, %(at)s::timestamptz + interval '1 hour', 'success', %(at)s::date)""",
        {"at": NOW - timedelta(days=50)},
    )
    assert status(db)["run_success_30d"].trend == 0


def test_a_tenants_own_target_counts_for_it_alone(nights: Nights, db: Db) -> None:
    for key, value, tenant in (
        ("slo_crawl_success", 0.5, None),
        ("slo_crawl_success", 0.91, "a"),
        ("slo_mtta_min", 30, "b"),
    ):
        db.call("set_setting", key=key, value=Jsonb(value), tenant_id=tenant)
    found = {
        (row.tenant_id, row.slo): float(row.target)
        for row in db.rows("select * from obs.slo_targets where slo in ('crawl_success_p50', 'alert_mtta')")
    }
    assert found == {
        ("a", "crawl_success_p50"): 0.91, ("b", "crawl_success_p50"): 0.5,
        ("a", "alert_mtta"): 10, ("b", "alert_mtta"): 30,
    }  # fmt: skip
    rates = objectives.crawl_rates(objectives.ran(nights, MONTH))
    row = status(db)["crawl_success_p50"]
    assert row.budget_left == math.ceil(len(rates) / 2) - 1 - sum(rate < Fraction(91, 100) for rate in rates)
    db.call("set_setting", key="slo_crawl_success", value=Jsonb(0.6), tenant_id="a")
    db.call("set_setting", key="slo_crawl_success", value=Jsonb(0.8))
    lower = "select tenant_id, target::float from obs.slo_targets where slo = 'crawl_success_p50' order by 1"
    assert db.rows(lower) == [("a", 0.6), ("b", 0.8)]
    for key, value in (("slo_run_success", 1), ("slo_mtta_min", 0), ("slo_crawl_success", "high")):
        assert refused(db.call, "set_setting", key=key, value=Jsonb(value)).sqlstate == "22023"


def test_sl_08_fires_for_what_is_missed_and_pages_when_three_of_five_nights_failed(nights: Nights, db: Db) -> None:
    db.call("evaluate_alerts")
    alerts = {
        row.subject: row
        for row in db.rows("select * from obs.alert_active where alert_code = 'SL-08' and tenant_id = 'a'")
    }
    found = status(db)
    assert alerts.keys() == {slo for slo, row in found.items() if row.state == "breach"}
    assert "run_success_30d" in alerts
    assert all(
        row.value == Fraction(math.ceil(10 * found[slo].spent), 10) and row.severity == "warning"
        for slo, row in alerts.items()
    )
    newest = [run.run_id for _, run in nights.counted() if run][:3]
    db.execute("update obs.enrichment_runs set status = 'error' where tenant_id = 'a' and run_id = any(%s)", (newest,))
    db.call("evaluate_alerts")
    fifty = db.row(
        "select * from obs.alert_active where alert_code = 'SL-08' and subject = 'run_success_50' and tenant_id = 'a'"
    )
    assert (fifty.severity, fifty.value >= 30) == ("page", True)
    db.execute("update obs.enrichment_runs set status = 'success' where status <> 'running'")
    db.execute("update obs.expected_runs set expected_since = now() + interval '1 year'")
    db.call("evaluate_alerts")
    assert not db.rows("select from obs.alert_active where alert_code = 'SL-08' and subject like 'run_success%'")


def test_a_tenant_sees_its_own_objectives_as_ops_see_them(tenants: tuple[str, str], db: Db) -> None:
    now = datetime.now(UTC)
    for tenant, seed in (("a", 3), ("b", 4)):
        objectives.put(db, tenant, now, objectives.made_up(now, 40, seed, tenant), 40)
    for view in ("slo_status", "slo_nights", "slo_targets", "run_forecast"):
        columns = (
            "slo, target, n, state, budget, budget_left"
            if view == "slo_status"
            else "to_jsonb(v) - 'elapsed_min' - 'forecast_min' - 'forecast_min_per_1k'"
        )
        for tenant in tenants:
            mine = db.login(f"test_reader_{tenant}").rows(
                f"select tenant_id, {columns} from obs.{view} v order by 1, 2"
            )
            all_of_it = db.rows(
                f"select tenant_id, {columns} from obs.{view} v where tenant_id = %s order by 1, 2", (tenant,)
            )
            assert mine
            assert mine == all_of_it, view
    assert refused(db.login("test_reader_a").rows, "select * from obs.condition_sl_08").sqlstate == "42501"


@pytest.mark.parametrize(("contactable", "with_email"), [(30, 10), (3, -5), (0, 0), (5, "1e-5000"), ("1e17", "1e-9")])
def test_a_pipeline_that_counts_nonsense_stops_no_objective(
    nights: Nights, db: Db, contactable: float, with_email: float
) -> None:
    """Of its own tenant or another: the view, and with it SL-08, goes on for all."""
    before = status(db, "b")
    for run in db.rows("select run_id from obs.enrichment_runs where tenant_id = 'a' and status = 'success'")[:40]:
        for name, value in (("companies_contactable", contactable), ("companies_with_email", with_email)):
            db.execute("select obs.set_metric(%s, %s, %s::numeric, '', 'a')", (run.run_id, name, str(value)))
    assert len(status(db)) == len(before)
    assert status(db, "b") == before
    assert db.call("evaluate_alerts")["failed_rules"] == 0
    assert db.one("select bool_and(value = round(value, 9)) from obs.run_metrics")


def expecting(db: Db, schedule: str, now: datetime, days_ago: float, kind: str = "nightly") -> None:
    """Tenant a, whose clock is UTC, expects runs of the kind since so many days before now."""
    db.call("create_tenant", tenant_id="a")
    db.call("expect", tenant_id="a", schedule=schedule, kind=kind)
    db.execute("update obs.expected_runs set expected_since = %s", (now - timedelta(days=days_ago),))
    db.set_now(now.isoformat())


def ended(db: Db, *starts: datetime, kind: str = "nightly") -> None:
    for at in starts:
        db.execute(
            """insert into obs.enrichment_runs (tenant_id, run_id, kind, started_at, ended_at, status, run_day)
            values ('a', %s, %s, %s, %s, 'success', %s)""",
            (f"at {at:%Y-%m-%d %H:%M}", kind, at, at + timedelta(minutes=5), at.date()),
        )


def missed(db: Db) -> list[datetime]:
    return [at for (at,) in db.rows("select at from obs.slo_nights where status = 'missing' order by at")]


def test_an_early_run_of_tonight_does_not_stand_for_the_night_before(db: Db) -> None:
    due = datetime(2026, 3, 10, 2, tzinfo=UTC)
    expecting(db, "02:00", due - timedelta(hours=2), 1.5)
    before = due - timedelta(days=1)
    assert missed(db) == [before]
    ended(db, due - timedelta(minutes=30))
    for minutes in (-20, 10, 60):
        db.set_now((due + timedelta(minutes=minutes)).isoformat())
        assert missed(db) == [before], minutes


def test_the_oldest_moment_that_counts_may_have_begun_before_it(db: Db) -> None:
    due = datetime(2026, 3, 10, 2, tzinfo=UTC)
    now = due + timedelta(days=120, minutes=-10)  # what is 120 days old is between the run's start and its moment
    expecting(db, "02:00", now, 365)
    ended(db, *(due + timedelta(days=n, minutes=-20) for n in range(120)))
    assert missed(db) == []
    assert db.one("select count(*) from obs.slo_nights") == 119, "the one before is no longer counted"


@pytest.mark.parametrize(
    ("schedule", "every", "nights", "fifty", "has_trend"),
    [("0 2 * * 1", 7, 104, 50, True), ("0 2 1 * *", None, 24, 24, False), ("02:00", 1, 120, 50, True)],
)
def test_a_kind_that_is_expected_seldom_has_its_fifty_too(
    db: Db, schedule: str, every: int | None, nights: int, fifty: int, has_trend: bool
) -> None:
    """Of a weekly kind; of a monthly one as many as two years hold."""
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    expecting(db, schedule, now, 2000, "sync")
    back = [now.replace(hour=2) - timedelta(days=n) for n in range(900)]
    moments = [at for at in back if (at.weekday() == 0 if every == 7 else at.day == 1 if every is None else True)]
    ended(db, *(at for place, at in enumerate(moments) if place != 10), kind="sync")
    assert missed(db) == [moments[10]]
    assert abs(db.one("select count(*) from obs.slo_nights") - nights) <= 1
    row = status(db)["run_success_50"]
    assert (row.n, row.budget_left, row.trend is not None) == (fifty, row.budget - 1, has_trend)
    assert db.one("select count(*) from obs.slo_nights where at <= %s", (now - timedelta(days=731),)) == 0
