"""What a session has set for itself changes nothing of what is stored."""

from __future__ import annotations

from datetime import timedelta

from support.db import Db
from support.pipeline import drift, event_id, item, line, log_batch, log_lines, start

HOSTILE = """
    set datestyle = 'SQL, DMY'; set timezone = 'Asia/Kolkata'; set intervalstyle = 'sql_standard';
    set extra_float_digits = 0; set bytea_output = 'escape'; set quote_all_identifiers = on;
    set transform_null_equals = on; set array_nulls = off; set default_transaction_isolation = 'serializable';
    set search_path = pg_temp; set plan_cache_mode = force_generic_plan; set enable_seqscan = off;
    set enable_hashjoin = off; set client_min_messages = error; set lc_numeric = 'C'; set xmloption = document"""


def test_settings_of_the_session_change_nothing(db: Db) -> None:
    plain, hostile = db.login("test_writer"), db.login("test_writer")
    hostile.execute(HOSTILE)
    for session, run in ((plain, "plain"), (hostile, "hostile")):
        waiting = line(run, ts="2026-11-05 10:00:00", duration_ms="12.5", event_id=str(event_id(9)))
        assert log_lines(session, [waiting]) == (0, 0, 1)
        start(session, run, started_at="2026-11-05T20:30:00Z", meta={"n": 1})
        lines = [
            line(run, ts="2026-03-04 05:06:07.5", cost_usd="0.1", event_id=str(event_id(1))),
            line(run, "error", ts="2026-03-31T05:06:07+02:00", duration_ms=5, event_id=str(event_id(2))),
            line(run, ts="1767261600.25", company_id=5, event_id=str(event_id(3))),
        ]
        assert log_lines(session, lines) == (3, 0, 0)
        assert log_batch(session, [line(run, ts="2026-11-05T01:02:03Z", event_id=event_id(4))]) == (1, 0, 0)
        assert session.one("select (obs.finish_stage(%s, 'crawl')).count_total", (run,)) == 5
        session.one("select (obs.finish_run(%s, p_ended_at => '2026-11-05T21:30:00Z')).status", (run,))
    stored = """select ts, stage, event, status, duration_ms, cost_usd, company_id, event_id, run_day, kind
        from obs.run_event_logs where run_id = %s order by event_id"""
    assert db.rows(stored, ("plain",)) == db.rows(stored, ("hostile",))
    shown = "select started_at, ended_at, duration_ms, run_day, status, meta from obs.enrichment_runs where run_id = %s"
    assert db.rows(shown, ("plain",)) == db.rows(shown, ("hostile",))
    assert [drift(db, run) for run in ("plain", "hostile")] == [[], []]


def test_a_moved_clock_is_the_time_of_what_is_logged_under_it(db: Db) -> None:
    ahead = db.one("select date_trunc('second', now())") + timedelta(days=400)
    start(db)
    db.set_now(ahead.isoformat())
    assert item(db, "r1", "crawl", event_id=event_id(1)) == "accepted"
    assert item(db, "r1", "crawl", event_id=event_id(2), ts=(ahead + timedelta(days=2)).isoformat()) == "accepted"
    assert log_lines(db, [line("r1", event_id=str(event_id(3))), line("r1", event_id=str(event_id(4)), ts="?")]) == (
        2,
        0,
        0,
    )
    found = db.rows("select ts, extra ->> 'obs_warnings' as words from obs.run_event_logs order by event_id")
    assert [row.ts for row in found] == [ahead] * 4
    assert [row.words for row in found] == [None, '["ts_absurd"]', None, '["ts_unreadable"]']
