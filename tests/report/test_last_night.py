"""obs.last_night: which night a tenant has behind it, and whether anything of it is outstanding."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from support.db import Db
from support.pipeline import line

# Where a run stands with its night. expected_run_status has the date that a schedule names.
OF_RUNS = """select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'night'
    where c.relnamespace = 'obs'::regnamespace and c.relkind = 'v' and c.relname <> 'expected_run_status'
        and exists (select from pg_attribute r where r.attrelid = c.oid and r.attname = 'run_id')"""


def night(db: Db, at: str) -> Any:
    db.set_now(at)
    return db.row("select * from obs.last_night where tenant_id = 'a'")


def run(db: Db, run_id: str, at: str, status: str | None = "success", **more: Any) -> None:
    db.set_now(at)  # no run starts later than now
    db.call("start_run", tenant_id="a", run_id=run_id, started_at=at, **more)
    if status:
        db.execute(
            "update obs.enrichment_runs set status = %s, ended_at = started_at where run_id = %s",
            (status, run_id),
        )


@pytest.fixture
def paris(db: Db) -> Db:
    """Tenant a in Paris, where 01:30 UTC is 02:30, expects a run then, with an hour of grace."""
    db.set_now("2026-02-20 12:00:00+00")
    db.call("create_tenant", tenant_id="a", time_zone="Europe/Paris")
    db.call("expect", tenant_id="a", schedule="02:30", grace="1 hour")
    return db


def test_a_night_is_from_noon_to_noon_and_named_by_its_morning(paris: Db) -> None:
    early, late = night(paris, "2026-03-01 23:30:00+00"), night(paris, "2026-03-02 22:59:00+00")
    assert str(early.night) == str(late.night) == "2026-03-02"
    assert (early.from_at.isoformat(), early.until_at.isoformat()) == (
        "2026-03-01T11:00:00+00:00", "2026-03-02T11:00:00+00:00",
    )  # fmt: skip
    assert str(night(paris, "2026-03-02 23:00:00+00").night) == "2026-03-03"


def test_it_is_over_when_the_expected_run_has_ended(paris: Db) -> None:
    waits = night(paris, "2026-03-02 01:00:00+00")
    assert (waits.runs, waits.running, waits.waiting, waits.missing, waits.is_over) == (0, 0, 1, 0, False)
    run(paris, "r1", "2026-03-02 01:31:00+00", None)
    goes_on = night(paris, "2026-03-02 01:40:00+00")
    assert (goes_on.runs, goes_on.running, goes_on.waiting, goes_on.is_over) == (1, 1, 0, False)
    paris.call("finish_run", run_id="r1")
    over = night(paris, "2026-03-02 01:50:00+00")
    assert (over.runs, over.running, over.waiting, over.missing, over.is_over) == (1, 0, 0, 0, True)


def test_a_run_that_never_came_ends_it_too(paris: Db) -> None:
    assert night(paris, "2026-03-02 02:29:59+00").is_over is False
    missed = night(paris, "2026-03-02 02:30:00+00")
    assert (missed.runs, missed.waiting, missed.missing, missed.is_over) == (0, 0, 1, True)


def test_each_moment_of_a_night_has_its_run(paris: Db) -> None:
    """Two a night at 02:30 and 05:00 of which the second, or the first, was missed."""
    paris.call("expect", tenant_id="a", schedule="30 2,5 * * *", grace="1 hour")
    paris.execute("update obs.expected_runs set expected_since = '2026-02-20 12:00Z'")
    assert night(paris, "2026-03-02 06:00:00+00").missing == 2
    run(paris, "first", "2026-03-02 01:31:00+00")
    found = night(paris, "2026-03-02 06:00:00+00")
    assert (found.runs, found.missing, found.is_over) == (1, 1, True)
    paris.execute("update obs.enrichment_runs set started_at = '2026-03-02 03:40Z'")
    assert night(paris, "2026-03-02 06:00:00+00").missing == 1
    run(paris, "both", "2026-03-02 01:31:00+00")
    assert night(paris, "2026-03-02 06:00:00+00").missing == 0


def test_a_run_after_noon_is_of_the_next_night_though_it_came_late_for_this_one(paris: Db) -> None:
    run(paris, "late", "2026-03-02 11:30:00+00")
    found = night(paris, "2026-03-02 13:00:00+00")
    assert (found.runs, found.waiting, found.missing) == (0, 0, 0)
    paris.execute("update obs.enrichment_runs set started_at = '2026-03-03 00:31Z'")  # early for the next night
    assert night(paris, "2026-03-02 22:00:00+00").missing == 1


def test_nothing_was_missed_before_it_was_expected(paris: Db) -> None:
    paris.execute("update obs.expected_runs set expected_since = '2026-03-02 01:31Z'")
    found = night(paris, "2026-03-02 05:00:00+00")
    assert (found.waiting, found.missing) == (0, 0)
    paris.execute("update obs.expected_runs set expected_since = '2026-03-02 01:30Z'")
    assert night(paris, "2026-03-02 05:00:00+00").missing == 1


def test_an_expectation_may_have_a_clock_of_its_own(paris: Db) -> None:
    """02:30 in New York is 08:30 in Paris: after the night's run in Paris would be due, before noon."""
    paris.call("expect", tenant_id="a", schedule="02:30", time_zone="America/New_York", grace="1 hour")
    paris.execute("update obs.expected_runs set expected_since = '2026-02-20 12:00Z'")
    for at, wanted in (("06:00", (1, 0)), ("08:29", (1, 0)), ("08:30", (0, 1))):
        found = night(paris, f"2026-03-02 {at}:00+00")
        assert (found.waiting, found.missing) == wanted, at


def test_ad_hoc_runs_and_drills_are_none_of_it(paris: Db) -> None:
    run(paris, "adhoc", "2026-03-02 01:31:00+00", kind="adhoc")
    run(paris, "before", "2026-03-01 10:59:59+00")
    run(paris, "after", "2026-03-02 11:00:00+00")
    run(paris, "drill", "2026-03-02 01:32:00+00")
    paris.execute("update obs.enrichment_runs set is_simulation = true where run_id = 'drill'")
    assert night(paris, "2026-03-02 12:00:00+00").runs == 0


def test_a_tenant_that_expects_nothing_has_its_night_behind_it_at_noon(db: Db) -> None:
    db.call("create_tenant", tenant_id="a")
    assert night(db, "2026-03-02 11:59:59+00").is_over is False
    assert night(db, "2026-03-02 12:00:00+00").is_over is True


def test_readers_see_their_own(paris: Db) -> None:
    paris.call("create_tenant", tenant_id="b")
    paris.call("grant_access", role="test_reader_b", tenant_id="b")
    assert [row.tenant_id for row in paris.login("test_reader_b").rows("select tenant_id from obs.last_night")] == ["b"]


@pytest.mark.parametrize(
    ("started", "morning"),
    [
        ("2026-03-01 10:59:59+00", date(2026, 3, 1)),
        ("2026-03-01 21:30:00+00", date(2026, 3, 2)),
        ("2026-03-02 00:10:00+00", date(2026, 3, 2)),
    ],
)
def test_a_run_is_in_one_night_whatever_view_tells_of_it(paris: Db, started: str, morning: date) -> None:
    lines = [
        line("r1", stage="score", ts=started, company_id="c1", duration_ms=5, extra={"rationale_length": 60}),
        line("r1", "vendor_call", stage="score", ts=started, vendor="openai", status="success"),
    ]
    paris.set_now(started)
    paris.call("start_run", tenant_id="a", run_id="r1", started_at=started)
    paris.call("log_events", events=Jsonb(lines))
    paris.call("finish_run", run_id="r1", status="success")
    views = [name for (name,) in paris.rows(OF_RUNS)]
    assert len(views) >= 7
    last = night(paris, f"{morning} 20:00:00+00")
    assert (last.night, last.runs) == (morning, 1)
    for view in views:
        for zone in ("UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"):  # of the session: nobody's clock
            paris.execute(f"set timezone = '{zone}'")
            assert paris.one(f"select night from obs.{view} where run_id = 'r1'") == morning, (view, zone)


def test_nights_are_a_day_by_the_clock_where_clocks_jump(paris: Db) -> None:
    """23 and 25 hours, without a gap; every moment is in the night that obs._night says."""
    for jump, hours in (("2026-03-29", 23), ("2026-10-25", 25)):
        found = night(paris, f"{jump} 09:00:00+00")
        assert (str(found.night), (found.until_at - found.from_at).total_seconds() / 3600) == (jump, hours)
        before = night(paris, f"{found.night} 00:00:00+00").from_at
        assert before == found.from_at
        wrong = paris.rows(
            """select h from generate_series(%(from)s - interval '3 hours', %(until)s + interval '3 hours', '10 min') h
            where (h >= %(from)s and h < %(until)s) <> (obs._night(h, 'Europe/Paris') = %(night)s)""",
            {"from": found.from_at, "until": found.until_at, "night": found.night},
        )
        assert wrong == []


def test_nightly_are_runs_of_that_kind_and_of_kinds_that_are_expected(paris: Db) -> None:
    paris.call("create_tenant", tenant_id="b")
    paris.call("expect", tenant_id="a", schedule="04:00", kind="sync", name="sync")
    paris.set_now("2026-03-02 01:32:00+00")
    for run_id, more in (("r1", {}), ("adhoc", {"kind": "adhoc"}), ("sync", {"kind": "sync"}), ("drill", {})):
        run(paris, run_id, "2026-03-02 01:31:00+00", **more)
    paris.call("start_run", tenant_id="b", run_id="not expected there", kind="sync", started_at="2026-03-02 01:31Z")
    paris.execute("update obs.enrichment_runs set is_simulation = true where run_id = 'drill'")
    assert paris.rows("select run_id from obs.nightly_runs order by 1") == [("r1",), ("sync",)]
    assert night(paris, "2026-03-02 05:00:00+00").runs == 2
    assert paris.rows("select run_id from obs.slo_nights where run_id is not null order by 1") == [("r1",), ("sync",)]
    paris.call("grant_access", role="test_reader_b", tenant_id="b")
    assert paris.login("test_reader_b").rows("select * from obs.nightly_runs") == []
