"""Schedules: which moments a local time or a cron expression means, on ordinary days and where clocks jump."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from support.db import Db


def moments(db: Db, schedule: str, zone: str, since: str, until: str) -> list[str]:
    """Every moment in (since, until], walked with _next_due, as UTC."""
    query = """
        with recursive walk as (
            select obs._next_due(%(schedule)s, %(zone)s, %(since)s) as at
            union all
            select obs._next_due(%(schedule)s, %(zone)s, at) from walk where at <= %(until)s
        )
        select to_char(at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') from walk where at <= %(until)s"""
    return [at for (at,) in db.rows(query, {"schedule": schedule, "zone": zone, "since": since, "until": until})]


# The days on which clocks jump, and one with none: schedule, zone, the days, the moments in UTC.
DAYS = [
    # 02:30 does not exist on 29 March in Paris; on 25 October it comes twice.
    ("02:30", "Europe/Paris", "2026-03-28", "2026-03-31", ["03-28 01:30", "03-29 01:30", "03-30 00:30"]),
    ("30 2 * * *", "Europe/Paris", "2026-03-28", "2026-03-31", ["03-28 01:30", "03-29 01:30", "03-30 00:30"]),
    ("02:30", "Europe/Paris", "2026-10-24", "2026-10-27", ["10-24 00:30", "10-25 01:30", "10-26 01:30"]),
    ("03:00", "Europe/Paris", "2026-03-28", "2026-03-31", ["03-28 02:00", "03-29 01:00", "03-30 01:00"]),
    ("02:00", "Europe/Paris", "2026-03-29", "2026-03-29 23:00", ["03-29 01:00"]),
    ("00:00", "Europe/Paris", "2026-10-24 12:00", "2026-10-26 12:00", ["10-24 22:00", "10-25 23:00"]),
    ("02:30", "America/New_York", "2026-03-07", "2026-03-10", ["03-07 07:30", "03-08 07:30", "03-09 06:30"]),
    ("01:30", "America/New_York", "2026-10-31", "2026-11-03", ["10-31 05:30", "11-01 06:30", "11-02 06:30"]),
    ("02:30", "UTC", "2026-03-28", "2026-03-31", ["03-28 02:30", "03-29 02:30", "03-30 02:30"]),
    # Beirut's clocks jump at midnight, from 28 to 29 March.
    ("00:30", "Asia/Beirut", "2026-03-27 12:00", "2026-03-30 12:00", ["03-27 22:30", "03-28 22:30", "03-29 21:30"]),
    ("30 1-3 * * *", "Europe/Paris", "2026-03-28 23:00", "2026-03-29 12:00", ["03-29 00:30", "03-29 01:30"]),
    ("30 1,2 * * *", "Europe/Paris", "2026-10-24 22:00", "2026-10-25 12:00", ["10-24 23:30", "10-25 01:30"]),
]  # fmt: skip


@pytest.mark.parametrize(("schedule", "zone", "since", "until", "wanted"), DAYS)
def test_a_local_time_is_one_moment_a_day(db: Db, schedule: str, zone: str, since: str, until: str, wanted: list[str]):
    assert moments(db, schedule, zone, f"{since}+00", f"{until}+00") == [f"2026-{at}" for at in wanted]


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/New_York", "UTC", "Australia/Lord_Howe", "Asia/Kathmandu"])
@pytest.mark.parametrize("local", ["00:00", "02:00", "02:15", "02:30", "03:00", "23:59"])
def test_every_local_date_of_a_year_has_exactly_one(db: Db, zone: str, local: str) -> None:
    query = """
        with recursive walk as (
            select obs._next_due(%(local)s, %(zone)s, timestamp '2025-12-31 23:59:59' at time zone %(zone)s) as at
            union all
            select obs._next_due(%(local)s, %(zone)s, at) from walk
            where at < timestamp '2026-12-31' at time zone %(zone)s
        )
        select count(*) as moments, count(distinct d.day) as days, min(d.day)::text as first
        from walk, lateral (select (at at time zone %(zone)s)::date as day) d"""
    assert db.row(query, {"local": local, "zone": zone}) == (365, 365, "2026-01-01")


FIELDS = [
    ("*/15 * * * *", "minutes", [0, 15, 30, 45]),
    ("5,10-12 * * * *", "minutes", [5, 10, 11, 12]),
    ("10-40/10 * * * *", "minutes", [10, 20, 30, 40]),
    ("50/5 * * * *", "minutes", [50, 55]),
    ("0 */8 * * *", "hours", [0, 8, 16]),
    ("0 0 1,15 * *", "days", [1, 15]),
    ("0 0 * JAN-mar,dec *", "months", [1, 2, 3, 12]),
    ("0 0 * * mon-fri", "weekdays", [1, 2, 3, 4, 5]),
    ("0 0 * * fri-sun", "weekdays", [5, 6, 0]),
    ("0 0 * * 7", "weekdays", [0]),
    ("0 0 * * sat,sun", "weekdays", [6, 0]),
    ("  30   2 * * * ", "hours", [2]),
    ("7:05", "minutes", [5]),
    ("23:59", "hours", [23]),
]


@pytest.mark.parametrize(("schedule", "field", "wanted"), FIELDS)
def test_fields_are_read_as_cron_reads_them(db: Db, schedule: str, field: str, wanted: list[int]) -> None:
    assert getattr(db.row("select * from obs._cron_sets(%s)", (schedule,)), field) == wanted


DATES = [
    ("0 0 29 2 *", "2025-01-01", ["2028-02-29"]),
    ("0 0 29 2 *", "2096-03-01", ["2104-02-29"]),
    ("0 0 31 * *", "2026-01-31 12:00", ["2026-03-31", "2026-05-31"]),
    ("0 0 1 * mon", "2026-03-01 12:00", ["2026-03-02", "2026-03-09"]),  # either will do
    ("0 0 */2 * mon", "2026-03-01 12:00", ["2026-03-09", "2026-03-23"]),  # begins with *: both
    ("0 0 * * sun", "2026-03-01 12:00", ["2026-03-08", "2026-03-15"]),
]


@pytest.mark.parametrize(("schedule", "since", "wanted"), DATES)
def test_days_and_weekdays(db: Db, schedule: str, since: str, wanted: list[str]) -> None:
    found: list[str] = []
    at: Any = f"{since}+00"
    for _ in wanted:
        at = db.one("select obs._next_due(%s, 'UTC', %s)", (schedule, at))
        found.append(db.one("select to_char(%s at time zone 'UTC', 'YYYY-MM-DD')", (at,)))
    assert found == wanted


def test_the_last_moment_is_the_one_before_the_next(db: Db) -> None:
    query = """
        select count(*) from generate_series(timestamptz '2026-03-27', '2026-04-02', interval '17 minutes') t,
            unnest(array['02:30', '*/20 1-4 * * *', '30 2 * * sun', '0 0 1 * *']) s (schedule),
            unnest(array['Europe/Paris', 'America/New_York']) z (zone)
        where obs._next_due(s.schedule, z.zone, obs._last_due(s.schedule, z.zone, t))
            is distinct from obs._next_due(s.schedule, z.zone, t)
            or obs._last_due(s.schedule, z.zone, t) > t or obs._next_due(s.schedule, z.zone, t) <= t"""
    assert db.one(query) == 0


BAD = [
    ("", "a local time such as 02:30 or five cron fields"),
    (None, "a local time such as 02:30 or five cron fields"),
    ("daily", "a local time such as 02:30 or five cron fields"),
    ("0 2 * *", "a local time such as 02:30 or five cron fields"),
    ("0 2 * * * *", "a local time such as 02:30 or five cron fields"),
    ("2:3", "a local time such as 02:30 or five cron fields"),
    ("24:00", "hour takes 0 to 23"),
    ("12:60", "minute takes 0 to 59"),
    ("60 * * * *", "minute takes 0 to 59"),
    ("-1 * * * *", "minute takes 0 to 59"),
    ("*/0 * * * *", "minute takes 0 to 59"),
    ("5-1 * * * *", "minute takes 0 to 59"),
    ("1,,2 * * * *", "minute takes 0 to 59"),
    ("1, * * * *", "minute takes 0 to 59"),
    ("x * * * *", "minute takes 0 to 59"),
    ("mon * * * *", "minute takes 0 to 59"),
    ("0 24 * * *", "hour takes 0 to 23"),
    ("0 0 0 * *", "day of the month takes 1 to 31"),
    ("0 0 32 * *", "day of the month takes 1 to 31"),
    ("0 0 L * *", "day of the month takes 1 to 31"),
    ("0 0 * 13 *", "month takes 1 to 12 or jan to dec"),
    ("0 0 * foo *", "month takes 1 to 12 or jan to dec"),
    ("0 0 * * 8", "weekday takes 0 to 7 or sun to sat"),
    ("0 0 * * mond", "weekday takes 0 to 7 or sun to sat"),
    ("0 0 30 2 *", "names no day of the next years"),
    ("0 0 31 4,6,9,11 *", "names no day of the next years"),
]


@pytest.mark.parametrize(("schedule", "said"), BAD)
def test_what_cannot_be_read_is_refused_in_one_sentence(db: Db, schedule: str | None, said: str) -> None:
    db.call("create_tenant", tenant_id="a")
    with pytest.raises(psycopg.errors.InvalidParameterValue) as refused:
        db.call("expect", tenant_id="a", schedule=schedule)
    assert said in str(refused.value)
    assert db.one("select count(*) from obs.expected_runs") == 0


def test_moments_of_a_stretch_do_not_depend_on_the_zone_of_the_session(db: Db) -> None:
    """Samoa never had 30 December 2011."""
    asked = (
        "select due_at, next_due_at from obs._dues('02:00', 'UTC', '2011-12-28 00:00Z', '2012-01-02 00:00Z') order by 1"
    )
    found = {}
    for zone in ("UTC", "Pacific/Apia"):
        db.execute("select set_config('TimeZone', %s, false)", (zone,))
        found[zone] = db.rows(asked)
    assert len(found["UTC"]) == 5
    assert found["Pacific/Apia"] == found["UTC"]
