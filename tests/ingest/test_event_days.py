"""A run's events live in the partition of the day it started, made when it is first needed."""

from __future__ import annotations

from support.db import Db
from support.pipeline import event_id, item, line, log_lines, start


def days(db: Db) -> list[str]:
    return [str(day) for (day,) in db.rows("select run_day from obs.event_days order by 1")]


def test_a_run_makes_the_day_it_starts_on_in_utc(db: Db) -> None:
    before = set(days(db))
    start(db, "old", started_at="2021-03-04T23:30:00-05:00")
    start(db, "same day", started_at="2021-03-05T12:00:00Z")
    assert set(days(db)) - before == {"2021-03-05"}
    assert item(db, "old", "crawl", ts="2021-03-09T00:00Z") == "accepted"
    assert db.one("select tableoid::regclass::text from obs.run_event_logs") == "obs.run_event_logs_20210305"


def test_a_resent_start_with_another_moment_moves_nothing(db: Db) -> None:
    start(db, started_at="2021-03-04T10:00:00Z")
    item(db, "r1", "crawl", event_id=event_id(1))
    start(db, started_at="2021-03-06T10:00:00Z")
    assert log_lines(db, [line("r1", "run_start", stage=None, ts="2021-03-07T00:00:00Z")]) == (1, 0, 0)
    assert item(db, "r1", "crawl", event_id=event_id(1)) == "duplicate"
    assert {"2021-03-06", "2021-03-07"}.isdisjoint(days(db))


def test_a_new_partition_has_the_row_security_the_indexes_and_the_grants_of_the_others(db: Db) -> None:
    start(db, started_at="2021-03-04T10:00:00Z")
    start(db, "r2", started_at="2022-03-04T10:00:00Z")
    shape = """
        select relrowsecurity, relforcerowsecurity, pg_get_userbyid(relowner), relacl::text,
            (select array_agg(polname || pg_get_expr(polqual, polrelid) order by polname)
             from pg_policy where polrelid = c.oid) as policies,
            (select array_agg(pg_get_indexdef(i.indexrelid, 1, true) || i.indisunique order by i.indexrelid)
             from pg_index i where i.indrelid = c.oid and exists (
                select from pg_inherits h where h.inhrelid = i.indexrelid)) as indexes
        from pg_class c where oid = to_regclass(%s)"""
    first, second = (db.row(shape, (f"obs.run_event_logs_{day}",)) for day in ("20210304", "20220304"))
    assert first == second
    assert first[:4] == (True, True, "obs_owner", None)
    assert len(first.indexes) == db.one("select count(*) from pg_index where indrelid = 'obs.run_event_logs'::regclass")


def test_a_batch_of_many_days_is_placed_day_by_day(db: Db) -> None:
    lines = [
        made
        for n in range(1, 29)
        for made in (
            line(f"r{n}", "run_start", stage=None, ts=f"2021-02-{n:02}T01:00:00Z", event_id=str(event_id(2 * n))),
            line(f"r{n}", event_id=str(event_id(2 * n + 1))),
        )
    ]
    assert log_lines(db, lines) == (56, 0, 0)
    per_day = db.rows("select run_day, count(*) from obs.run_event_logs group by 1")
    assert sorted(count for _, count in per_day) == [2] * 28
    assert log_lines(db, lines) == (0, 56, 0)
