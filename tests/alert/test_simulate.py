"""Drills: every alert once through the real condition, machine and route, and nothing of it in any number."""

from __future__ import annotations

from typing import Any

import pytest

from support.alerts import Watch
from support.db import Db
from support.pipeline import refused

CODES = (
    "MV-01",
    "CR-02",
    "VQ-03",
    "OA-04",
    "CC-05",
    "OE-06",
    "QA-07",
    "SL-08",
    "WD-09",
    "C-10",
    "UP-11",
    "RC-12",
    "RN-13",
    "PV-14",
)
NUMBERS = (
    "enrichment_runs", "run_stage_stats", "run_vendor_usage", "run_model_usage", "run_error_codes", "run_metrics",
    "latency_buckets", "stage_deltas", "run_event_logs", "quarantined_events", "jobs", "run_overview", "event_days",
    "alert_response", "slo_status", "slo_nights", "qa_draws", "qa_samples", "qa_reviews", "qa_follow_ups",
    "qa_run_status",
)  # fmt: skip


@pytest.fixture
def night(watch: Watch, db: Db) -> Watch:
    """A night with a real alert, and somewhere to send what is told."""
    db.execute("delete from obs.notification_routes")
    db.execute("insert into obs.notification_routes (route_name, channel) values ('default', 'mail')")
    db.execute("select obs.set_threshold('C-10', 'threshold', 1000, 'a')")
    watch.run(crawl=(100, 40))
    db.execute("select obs.tick()")
    return watch


def numbers(db: Db) -> dict[str, list[Any]]:
    return {name: db.rows(f"select t::text from obs.{name} t order by 1") for name in NUMBERS}


@pytest.mark.parametrize("code", CODES)
def test_a_drill_is_told_twice_and_leaves_no_number(night: Watch, db: Db, code: str) -> None:
    before, told = numbers(db), len(night.told())
    drill = db.row("select * from obs.simulate(%s, 'a')", (code,))
    assert (drill.notifications, drill.channels, drill.muted_by) == (2, ["mail"], None)
    assert [kind for kind, *_ in night.told()[told:]] == ["firing", "resolved"]
    assert db.one("select bool_and(is_simulation) from obs.notifications where alert_code = %s and %s = any(alert_ids)",
                  (code, drill.alert_id))  # fmt: skip
    assert numbers(db) == before
    again = db.row("select * from obs.simulate(%s, 'a')", (code,))
    assert again.notifications == 2
    assert again.alert_id != drill.alert_id


def test_a_drill_leaves_the_real_alert_as_it_was(night: Watch, db: Db) -> None:
    night.evaluate()
    before = db.rows("select * from obs.alerts where not is_simulation")
    states = db.rows("select * from obs.alert_states where not is_simulation order by 1, 2, 3")
    db.execute("select obs.simulate('CR-02', 'a')")
    night.evaluate()
    assert db.rows("select * from obs.alerts where not is_simulation") == before
    assert [row[:5] for row in db.rows("select * from obs.alert_states where not is_simulation order by 1, 2, 3")] == [
        row[:5] for row in states
    ]


def test_a_drill_goes_by_the_tenants_own_thresholds(night: Watch, db: Db) -> None:
    db.execute("select obs.set_threshold('VQ-03', 'threshold', 12, 'a')")
    db.execute("select obs.set_threshold('CR-02', 'min_sample', 300, 'a')")
    db.execute("select obs.set_threshold('CR-02', 'for_s', 600, 'a')")
    db.execute("select obs.set_threshold('CR-02', 'keep_firing_s', 600, 'a')")
    for code in ("VQ-03", "CR-02"):
        assert db.row("select * from obs.simulate(%s, 'a')", (code,)).notifications == 2


def test_a_silence_is_shown_by_the_drill(night: Watch, db: Db) -> None:
    silence = db.one("select obs.silence('quiet please', '1 hour', 'a', 'CC-05')")
    drill = db.row("select * from obs.simulate('CC-05', 'a')")
    assert (drill.notifications, drill.muted_by) == (0, f"silence {silence}")


def test_what_cannot_be_drilled(night: Watch, db: Db) -> None:
    db.execute("select obs.set_threshold('C-10', 'threshold', null, 'a')")
    db.execute("select obs.set_threshold('CC-05', 'enabled', 0, 'a')")
    db.execute("select obs.set_threshold('QA-07', 'threshold', 0, 'a')")
    for code, tenant, state, word in (
        ("XX-99", "a", "OB011", "XX-99"),
        ("QA-07", "a", "55000", "QA-07"),
        ("CR-02", "nobody", "OB001", "nobody"),
        ("C-10", "a", "55000", "C-10"),
        ("CC-05", "a", "55000", "CC-05"),
    ):
        error = refused(db.execute, "select obs.simulate(%s, %s)", (code, tenant))
        assert (error.sqlstate, word in str(error)) == (state, True), code
    assert refused(db.login("test_reader_a").execute, "select obs.simulate('CR-02', 'a')").sqlstate == "42501"
