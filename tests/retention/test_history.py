"""History goes by its windows; nothing of an open alert goes, and numbers of runs hang on none of it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from support.alerts import Watch
from support.db import Db
from support.outbox import put
from support.pipeline import refused

BEGIN = datetime(2026, 3, 2, 1, tzinfo=timezone.utc)
TABLES = ("alerts", "alert_transitions", "alert_observations", "alert_states", "alert_groups", "notifications")


@pytest.fixture
def watch(db: Db, tenants: tuple[str, str]) -> Watch:
    return Watch(db)


def at(db: Db, **more: float) -> None:
    db.set_now((BEGIN + timedelta(**more)).isoformat())


def prune(db: Db, limit: int = 5000) -> list[int]:
    answers = []
    while not answers or answers[-1]:
        answers.append(db.one("select obs._prune_history(%s)", (limit,)))
        assert answers[-1] <= limit
        assert len(answers) < 500
    return answers


def counts(db: Db) -> dict[str, int]:
    return {table: db.one(f"select count(*) from obs.{table}") for table in TABLES}


def incident(watch: Watch, subject: str, day: float, resolve: bool = True) -> None:
    at(watch.db, days=day)
    watch.observe("breach", subject=subject, code="CR-02")
    watch.flush()
    watch.db.execute("update obs.notifications set state = 'sent', sent_at = obs.now(), created_at = obs.now()")
    if resolve:
        at(watch.db, days=day, hours=3)
        watch.observe("ok", subject=subject, code="CR-02")
        at(watch.db, days=day, hours=9)
        watch.evaluate()
        watch.flush()
    watch.db.execute("update obs.notifications set state = 'sent', sent_at = obs.now(), created_at = obs.now()")


def test_resolved_alerts_go_whole_after_13_months(watch: Watch, db: Db) -> None:
    incident(watch, "old", 0)
    before = counts(db)
    assert before["alerts"] == 1
    assert before["notifications"] >= 2
    at(db, days=89)
    assert prune(db) == [0]
    at(db, days=91)
    prune(db)
    assert counts(db) == {**before, "notifications": 0}
    at(db, days=395)
    assert prune(db) == [0]
    at(db, days=397)
    prune(db)
    assert db.rows("select * from obs.alerts") == []
    assert counts(db)["alert_transitions"] == 0
    at(db, days=430)
    prune(db)
    assert set(counts(db).values()) == {0}
    assert db.rows("select * from obs.alert_replay_starts") == []


def test_nothing_of_an_open_alert_goes(watch: Watch, db: Db) -> None:
    incident(watch, "open", 0, resolve=False)
    db.execute(
        """insert into obs.notification_threads (tenant_id, channel, thread_key, external_ref, updated_at)
        select n.tenant_id, n.channel, n.thread_key, '{}', obs.now() from obs.notifications n"""
    )
    tables = (*TABLES, "notification_threads")
    before = {table: db.rows(f"select * from obs.{table} order by 1, 2") for table in tables}
    assert all(before.values())
    at(db, days=3000)
    assert prune(db) == [0]
    assert {table: db.rows(f"select * from obs.{table} order by 1, 2") for table in tables} == before
    watch.observe("ok", subject="open", code="CR-02")
    at(db, days=3001)
    watch.evaluate()
    watch.flush()
    db.execute("update obs.notifications set state = 'sent', sent_at = obs.now(), created_at = obs.now()")
    at(db, days=6000)
    prune(db)
    assert db.rows("select * from obs.alerts") == []
    assert db.rows("select * from obs.notifications") == []
    assert db.rows("select * from obs.notification_threads") == []


def test_the_moves_before_it_fired_stay_with_an_open_alert(watch: Watch, db: Db) -> None:
    db.execute("select obs.set_threshold('CR-02', 'for_s', 600)")
    at(db, days=0)
    watch.observe("breach", subject="s", code="CR-02")
    at(db, days=0, hours=1)
    watch.evaluate()
    assert [(old, new) for old, new, _ in watch.moves("CR-02")] == [("inactive", "pending"), ("pending", "firing")]
    db.execute("update obs.alert_transitions set alert_id = null where to_state = 'pending'")
    at(db, days=3000)
    prune(db)
    assert len(watch.moves("CR-02")) == 2
    db.execute("update obs.alert_states set state = 'pending', alert_id = null, due_at = null")
    db.execute("update obs.alert_transitions set alert_id = null")
    prune(db)
    assert len(watch.moves("CR-02")) == 2, "nor do those of a subject that waits"


def test_what_told_of_a_group_stays_as_long_as_any_alert_of_it_is_open(watch: Watch, db: Db) -> None:
    incident(watch, "open", 0, resolve=False)
    db.execute("update obs.notifications set alert_ids = '{}'")
    at(db, days=3000)
    prune(db)
    assert counts(db)["notifications"] == 1
    db.execute("update obs.notifications set group_id = null")
    prune(db)
    assert counts(db)["notifications"] == 0


def test_the_newest_observation_of_a_subject_stays_for_what_is_still_due(watch: Watch, db: Db) -> None:
    incident(watch, "s", 0)
    newest = db.one("select max(observation_id) from obs.alert_observations where subject = 's'")
    at(db, days=430)
    while db.one("select obs._prune_observations(5000)"):
        pass
    assert db.rows("select observation_id from obs.alert_observations where subject = 's'") == [(newest,)]


def test_of_audits_the_newest_of_the_whole_schema_stays_and_those_of_days_that_are_there(
    db: Db, tenants: tuple[str, str]
) -> None:
    for _ in range(2):
        db.call("privacy_audit")
    db.execute(
        """insert into obs.privacy_audits (
            tenant_id, run_day, started_at, duration_ms, rows_scanned, cells_scanned, findings, canaries_planted,
            canaries_caught, verdict, report, actor
        )
        select null, d, now(), 1, 0, 0, 0, 0, 0, 'clean', '{}', 'x' from unnest('{2026-03-01,2026-03-02}'::date[]) d;
        insert into obs.event_days (run_day, dropped_at) values ('2026-03-01', now()), ('2026-03-02', null)
        on conflict (run_day) do update set dropped_at = excluded.dropped_at"""
    )
    left = "select tenant_id, run_day::text, count(*) from obs.privacy_audits group by 1, 2 order by 1 nulls first, 2"
    db.set_now(db.one("select (now() + interval '395 days')::text"))
    assert prune(db) == [0]
    db.set_now(db.one("select (now() + interval '397 days')::text"))
    newest = db.one("select max(audit_id) from obs.privacy_audits where tenant_id is null and run_day is null")
    prune(db)
    assert db.rows(left) == [(None, "2026-03-02", 1), (None, None, 1), ("a", None, 1), ("b", None, 1)]
    assert db.one("select audit_id from obs.privacy_audits where tenant_id is null and run_day is null") == newest


def test_the_newer_incident_of_a_subject_stays_and_is_replayed_the_same(watch: Watch, db: Db) -> None:
    for day in (0, 1, 2, 500, 501):
        incident(watch, "s", day)
    ask = "select * from obs.backtest('CR-02', %s, %s)"
    span = (BEGIN + timedelta(days=400), BEGIN + timedelta(days=600))
    at(db, days=600)
    before = db.rows(ask, span)
    prune(db)
    assert db.rows(ask, span) == before
    assert db.one("select count(*) from obs.alerts") == 2
    assert db.one("select count(*) from obs.alert_replay_starts") == 1
    assert db.one("select min(observed_at) from obs.alert_observations") > BEGIN + timedelta(days=400)


def test_what_is_still_to_be_told_stays(watch: Watch, db: Db) -> None:
    incident(watch, "s", 0)
    db.execute("update obs.alerts set notify_at = obs.now()")
    at(db, days=400)
    prune(db)
    assert db.one("select count(*) from obs.alerts") == 1


def test_batches_end_where_they_are_told(watch: Watch, db: Db) -> None:
    for number in range(8):
        incident(watch, f"s{number}", number / 10)
    at(db, days=500)
    answers = prune(db, limit=3)
    assert len(answers) > 8
    assert set(counts(db).values()) == {0}


def test_windows_can_be_set(watch: Watch, db: Db) -> None:
    incident(watch, "s", 0)
    db.execute("select obs.set_setting('alert_history_days', '30')")
    db.execute("select obs.set_setting('outbox_days', '7')")
    at(db, days=8)
    prune(db)
    assert counts(db)["notifications"] == 0
    at(db, days=31)
    prune(db)
    assert counts(db)["alerts"] == 0


@pytest.mark.parametrize(
    ("key", "value", "tenant"),
    [("alert_history_days", "29", None), ("alert_history_days", "400", "a"), ("outbox_days", "6", None),
     ("outbox_days", '"90"', None), ("snapshot_days", "3651", None), ("forwarder_days", "0.5", None)],
)  # fmt: skip
def test_windows_that_cannot_be_are_refused(
    db: Db, tenants: tuple[str, str], key: str, value: str, tenant: str | None
) -> None:
    failed = refused(db.execute, "select obs.set_setting(%s, %s, %s)", (key, value, tenant))
    assert failed.sqlstate == "22023"
    assert "a whole number of days" in str(failed)


def snapshot(db: Db, run: str, day: float, errors: int = 0, tenant: str = "a") -> None:
    at(db, days=day)
    db.call("start_run", tenant_id=tenant, run_id=run)
    for _ in range(errors):
        db.call("log_event", run_id=run, stage="mv_refresh", event="error", status="error", tenant_id=tenant)
    db.call("finish_run", run_id=run, tenant_id=tenant)
    db.execute(
        """insert into obs.host_snapshots (tenant_id, run_id, relation, fingerprint, parts, taken_at)
        values (%s, %s, 'public.mv', 'x', '{}', obs.now())""",
        (tenant, run),
    )


def test_snapshots_keep_the_newest_and_the_last_good_one(db: Db, tenants: tuple[str, str]) -> None:
    for number, errors in enumerate((0, 0, 1, 1)):
        snapshot(db, f"r{number}", number, errors)
    assert db.one("select count(*) from obs.alerts where resolved_at is null") > 0
    at(db, days=120)
    prune(db)
    assert db.one("select count(*) from obs.host_snapshots") == 4, "an open alert may be compared with each of them"
    db.execute("update obs.alerts set resolved_at = obs.now(), state = 'resolved'")
    at(db, days=80)
    assert prune(db) == [0]
    at(db, days=120)
    prune(db)
    assert [run for (run,) in db.rows("select run_id from obs.host_snapshots order by 1")] == ["r1", "r3"]


def test_the_outbox_keeps_what_waits_and_the_last_forwarder(db: Db, tenants: tuple[str, str]) -> None:
    at(db, days=0)
    for state in ("waiting", "sent", "dead"):
        put(db, "chat", tenant_id="a", thread_key=f"t-{state}")
        query = "update obs.notifications set state = %s, created_at = obs.now() where thread_key = %s"
        db.execute(query, (state, f"t-{state}"))
        db.execute(
            """insert into obs.notification_threads (tenant_id, channel, thread_key, external_ref, updated_at)
            values ('a', 'chat', %s, '{}', obs.now())""",
            (f"t-{state}",),
        )
    for name, day in (("gone", 0), ("last", 1)):
        at(db, days=day)
        db.execute("insert into obs.forwarders values (%s, '{chat}', obs.now(), obs.now())", (name,))
    at(db, days=200)
    prune(db)
    assert db.rows("select state from obs.notifications") == [("waiting",)]
    assert db.rows("select thread_key from obs.notification_threads") == [("t-waiting",)]
    assert db.rows("select forwarder_id from obs.forwarders") == [("last",)]


def test_quarantine_goes_after_30_days_in_pieces(db: Db) -> None:
    at(db, days=0)
    for number in range(7):
        db.call("log_event", run_id=f"nowhere-{number}", stage="crawl", event="finish", status="success", tenant_id="a")
    db.execute("update obs.quarantined_events set received_at = obs.now()")
    at(db, days=29)
    assert db.one("select obs._prune_quarantine(3)") == 0
    at(db, days=31)
    assert [db.one("select obs._prune_quarantine(3)") for _ in range(4)] == [3, 3, 1, 0]


def test_numbers_of_runs_hang_on_no_history(watch: Watch, db: Db) -> None:
    at(db, days=0)
    watch.run(crawl=(40, 30), openai=(10, 4))
    watch.flush()
    db.execute("update obs.alerts set resolved_at = obs.now(), state = 'resolved', notify_at = null")
    db.execute("update obs.alert_states set state = 'inactive', alert_id = null, due_at = null")
    db.execute("update obs.alert_groups set closed_at = obs.now()")
    db.execute("update obs.notifications set state = 'sent', sent_at = obs.now(), created_at = obs.now()")
    at(db, days=800)
    tables: dict[str, Any] = {
        name: f"select * from obs.{name} order by 1, 2, 3"
        for name in ("run_overview", "run_stage_stats", "run_vendor_usage", "run_metrics", "latency_buckets")
    }
    before = {name: db.rows(query) for name, query in tables.items()}
    assert sum(prune(db)) > 5
    assert {name: db.rows(query) for name, query in tables.items()} == before
    assert set(counts(db).values()) == {0}
