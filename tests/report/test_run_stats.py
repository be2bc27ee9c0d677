"""obs.run_stats and obs.shortlist_status: exact values, whose they are, where they come from, and what they cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from support.aged import days_back, nights
from support.alerts import Watch
from support.db import Db
from support.pipeline import event_id, line, log_lines, refused, start
from support.qa import drawn, review, reviewed, status
from support.stories import TENANTS, Story, fixture_of

AT = "2026-03-02T01:{:02}:{:02}+00:00"


def stats(db: Db, run: str = "r1", **more: Any) -> Any:
    return db.call("run_stats", run_id=run, **more)


def a_night(db: Db) -> None:
    """Run r1 of a: two stages, two vendors, errors in both, a retry and an error outside any stage."""
    start(db, started_at="2026-03-02 01:00Z", trace_url="https://trace.example/r1", meta={"candidates_pre": 12})
    db.call("set_metric", run_id="r1", name="bucket", reason="High", value=3)
    db.call("set_metric", run_id="r1", name="bucket", reason="Low", value=1.5)
    lines = [
        line("r1", "stage_start", stage="crawl", status="running", ts=AT.format(1, 0)),
        *(line("r1", stage="crawl", duration_ms=ms, ts=AT.format(2, ms // 100), company_id=f"c{ms}", trace_id=trace)
          for ms, trace in ((100, None), (200, "t200"), (300, "t300"), (400, None))),
        line("r1", "retry", stage="crawl", status="error", error_code="E_RETRY", ts=AT.format(1, 30)),
        line("r1", "error", stage="score", duration_ms=50, ts=AT.format(4, 0), company_id="c9", error_code="E_SCORE"),
        line("r1", "error", stage="crawl", duration_ms=350, ts=AT.format(3, 0), company_id="c7", error_code="E_CRAWL",
             error_msg="no route", trace_id="t350"),
        line("r1", "vendor_call", stage="score", vendor="openai", model="m", status="success", cost_usd=0.25,
             tokens_input=10, tokens_output=5, ts=AT.format(4, 1)),
        line("r1", "vendor_call", stage="score", vendor="openai", model="m", status="error", error_code="HTTP_429",
             ts=AT.format(4, 2)),
        line("r1", "vendor_call", stage="score", vendor="lusha", status="success", ts=AT.format(4, 3)),
    ]  # fmt: skip
    log_lines(db, [{**one, "event_id": str(event_id(n))} for n, one in enumerate(lines, 1)])
    for stage in ("crawl", "score"):
        db.call("finish_stage", run_id="r1", stage=stage)
    db.call("finish_run", run_id="r1", ended_at="2026-03-02 01:10Z")


told = fixture_of(Story("told", a_night, after=TENANTS))


@pytest.fixture
def night(told: Db) -> Db:
    """The run, as its reader."""
    return told.login("test_reader_a")


def test_everything_is_there_once(night: Db) -> None:
    found = stats(night)
    assert found["run"] == {
        "run_id": "r1", "tenant_id": "a", "kind": "nightly", "status": "partial",
        "started_at": "2026-03-02T01:00:00+00:00", "ended_at": "2026-03-02T01:10:00+00:00", "duration_ms": 600_000,
        "revision": 1, "late_events": 0, "trace_url": "https://trace.example/r1", "meta": {"candidates_pre": 12},
    }  # fmt: skip
    crawl, score = found["stages"]
    assert crawl | {"started_at": 0, "ended_at": 0, "finished_at": 0} == {
        "stage": "crawl", "status": "success", "count_total": 5, "count_success": 4, "count_error": 1, "p50_ms": 300,
        "p95_ms": 400, "p99_ms": 400, "cost_usd": 0, "tokens_input": 0, "tokens_output": 0, "started_at": 0,
        "ended_at": 0, "finished_at": 0, "complete": True,
    }  # fmt: skip
    assert (score["stage"], score["count_total"], score["count_error"], score["p50_ms"]) == ("score", 1, 1, 50)
    assert (score["cost_usd"], score["tokens_input"], score["tokens_output"]) == (0.25, 10, 5)
    lusha, openai = found["vendors"]
    assert openai == {
        "vendor": "openai", "calls": 2, "errors": 1, "error_rate": 0.5, "rate_limit_hits": 1, "quota_exhausted": False,
        "cost_usd": 0.25, "unpriced_calls": 0,
    }  # fmt: skip
    assert (lusha["vendor"], lusha["error_rate"], lusha["unpriced_calls"]) == ("lusha", 0, 1)
    assert found["metrics"] | {"bucket": {}} == {"bucket": {}, "candidates_pre": 12}
    assert {name: found["metrics"]["bucket"][name] for name in ("High", "Low")} == {"High": 3, "Low": 1.5}
    assert (found["qa"]["drawn"], found["qa"]["pass_rate"], found["source"]) == (0, None, "raw")


def test_the_first_error_is_the_earliest_whatever_its_stage_and_no_announced_retry(db: Db, night: Db) -> None:
    assert stats(night)["first_error"] == {
        "ts": "2026-03-02T01:03:00+00:00", "stage": "crawl", "vendor": None, "error_code": "E_CRAWL",
        "error_msg": "no route", "company_id": "c7", "trace_id": "t350",
    }  # fmt: skip
    log_lines(db, [line("r1", "vendor_call", stage=None, vendor="tavily", status="error", ts=AT.format(0, 1))])
    assert stats(night)["first_error"]["vendor"] == "tavily"


def test_exemplars_are_the_slowest_that_have_a_trace(db: Db, night: Db) -> None:
    crawl, score = stats(night)["exemplars"]
    assert crawl == {"stage": "crawl", "duration_ms": 350, "company_id": "c7", "trace_id": "t350"}
    assert score == {"stage": "score", "duration_ms": 50, "company_id": "c9", "trace_id": None}


def test_alerts_are_those_that_fired_in_it_or_were_last_in_breach_in_it(db: Db, night: Db) -> None:
    start(db, "r0", started_at="2026-03-01 01:00Z")
    numbers = {}
    for subject, fired_in, breached_in, drill in (
        ("here", "r1", "r9", False), ("still", "r0", "r1", False), ("other", "r0", "r0", False),
        ("drill", "r1", "r1", True),
    ):  # fmt: skip
        numbers[subject] = db.one(
            """insert into obs.alerts (tenant_id, alert_code, subject, is_simulation, severity, run_id, rule_version,
                breached_at, fired_at, summary)
            values ('a', 'CR-02', %s, %s, 'page', %s, 1, now(), now(), 'bad') returning alert_id""",
            (subject, drill, breached_in),
        )
        db.execute(
            """insert into obs.alert_transitions (tenant_id, alert_id, alert_code, subject, is_simulation, from_state,
                to_state, at, run_id, rule_version, reason)
            values ('a', %s, 'CR-02', %s, %s, 'inactive', 'firing', now(), %s, 1, 'breach')""",
            (numbers[subject], subject, drill, fired_in),
        )
    shown = [one for one in stats(night)["alerts"] if one["alert_id"] in numbers.values()]
    assert [one["subject"] for one in shown] == ["here", "still"]
    assert set(shown[0]) == {
        "alert_id", "alert_code", "subject", "state", "severity", "summary", "fired_at", "acked_at", "resolved_at",
        "summary_now",
    }  # fmt: skip


def test_an_alert_says_what_was_seen_of_this_run_and_what_it_says_now(db: Db, tenants: tuple[str, str]) -> None:
    watch = Watch(db)
    watch.run("a", "good")
    watch.run("a", "first", crawl=(40, 30))
    watch.run("a", "second", crawl=(50, 20))
    reader = db.login("test_reader_a")
    now = db.one("select summary from obs.alerts where alert_code = 'CR-02' and resolved_at is null")
    first, second = (
        next(one for one in stats(reader, run)["alerts"] if one["alert_code"] == "CR-02") for run in ("first", "second")
    )
    assert first["alert_id"] == second["alert_id"]
    assert (second["summary"], second["summary_now"]) == (now, None)
    assert first["summary"] != now
    assert first["summary_now"] == now
    db.execute("delete from obs.alert_observations")
    first = next(one for one in stats(reader, "first")["alerts"] if one["alert_code"] == "CR-02")
    assert (first["summary"], first["summary_now"]) == (None, now)


def test_qa_says_what_the_view_of_qa_says(db: Db, tenants: tuple[str, str]) -> None:
    drawn(db)
    reader = db.login("test_reader_a")
    assert stats(reader)["qa"] == {
        "drawn": 10, "passed": 0, "failed": 0, "pending": 10, "pass_rate": None, "flagged": False,
    }  # fmt: skip
    reviewed(db, 5, 3)
    found, view = stats(reader)["qa"], status(db)
    assert found == {"drawn": 10, "passed": 5, "failed": 3, "pending": 2, "pass_rate": 0.625, "flagged": True}
    assert (view.passed, view.failed, view.pending, float(view.pass_rate), view.flagged) == (5, 3, 2, 0.625, True)


def test_qa_is_of_the_random_sample_and_the_tenants_own_threshold(db: Db, tenants: tuple[str, str]) -> None:
    drawn(db)
    drawn(db, number=4, stratum="risk")
    reviewed(db, 5, 3)
    for place in range(1, 5):
        review(db, f"k{place}", "fail")
    found = stats(db)["qa"]
    assert (found["drawn"], found["failed"], found["flagged"]) == (10, 3, True)
    db.call("set_threshold", alert_code="QA-07", name="threshold", value=0.6, tenant_id="b")
    assert (stats(db)["qa"]["flagged"], status(db).flagged) == (True, True)
    db.call("set_threshold", alert_code="QA-07", name="threshold", value=0.6, tenant_id="a")
    assert (stats(db)["qa"]["flagged"], status(db).flagged) == (False, False)


def test_the_source_says_what_is_left_of_the_events_and_no_number_changes(db: Db, night: Db) -> None:
    start(db, "r2")
    assert (stats(night, "r2")["source"], stats(night, "r2")["qa"]) == ("none", None)
    whole = stats(night)
    db.execute("update obs.enrichment_runs set thinned_at = now() where run_id = 'r1'")
    assert stats(night)["source"] == "mixed"
    db.execute("update obs.enrichment_runs set expired_at = now() where run_id = 'r1'")
    left = stats(night)
    assert (left["source"], left["first_error"], left["exemplars"]) == ("rollup", None, [])
    assert {key: left[key] for key in ("run", "stages", "vendors", "metrics")} == {
        key: whole[key] for key in ("run", "stages", "vendors", "metrics")
    }


CHANGES: dict[str, Callable[[Db], Any]] = {
    "a metric": lambda db: db.call("set_metric", run_id="r1", name="candidates_post", value=8),
    "an alert": lambda db: db.execute(
        "insert into obs.alerts (tenant_id, alert_code, subject, severity, run_id, rule_version, breached_at, fired_at)"
        " values ('a', 'CR-02', 'x', 'page', 'r1', 1, now(), now())"
    ),
    "a late event": lambda db: (
        log_lines(db, [line("r1", "error", stage="crawl", duration_ms=5)]),
        db.call("finish_stage", run_id="r1", stage="crawl"),
    ),
    "a cost": lambda db: db.execute("update obs.run_vendor_usage set cost_usd_exact = cost_usd_exact + 0.000001"),
    "a trace": lambda db: db.execute("update obs.enrichment_runs set langsmith_trace_url = 'https://x.example/'"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_etag_changes_with_anything_and_with_nothing_else(db: Db, night: Db, change: str) -> None:
    before = stats(night)
    assert stats(night) == before
    CHANGES[change](db)
    after = stats(night)
    assert after["etag"] != before["etag"]
    assert {**after, "etag": 0} != {**before, "etag": 0}


def test_a_run_of_somebody_else_is_one_that_does_not_exist(db: Db, night: Db) -> None:
    start(db, "theirs", tenant_id="b")
    other = refused(stats, night, "theirs")
    none = refused(stats, night, "nowhere")
    assert other.sqlstate == none.sqlstate == "OB002"
    assert str(other).replace("theirs", "nowhere") == str(none)
    assert refused(stats, night, "r1", tenant_id="b").sqlstate == "OB002"
    start(db, "r1", tenant_id="b")
    assert stats(night)["run"]["tenant_id"] == "a"
    ops = db.login("test_ops")
    assert refused(stats, ops).sqlstate == "OB004"
    assert stats(ops, tenant_id="b")["run"]["tenant_id"] == "b"
    assert refused(stats, db.login("test_writer_a")).sqlstate == "42501"


def test_what_is_read_does_not_grow_with_the_events(db: Db, tenants: tuple[str, str]) -> None:
    """Blocks, not time: the first error and the slowest items come out of indexes."""
    few, many = (nights(db, "a", days_back(1, 1), events, str(events))[0] for events in (200, 20_000))
    db.execute("analyze obs.run_event_logs")
    reader = db.login("test_reader_a")
    blocks = []
    for run, events in ((few, 200), (many, 20_000)):
        found = stats(reader, run)
        assert (found["stages"][0]["count_total"], found["first_error"]["error_code"]) == (events, "DNS")
        (plan,) = reader.one(f"explain (analyze, buffers, format json) select obs.run_stats('{run}')")
        blocks.append(plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"])
    assert blocks[1] < blocks[0] + 100, blocks


def test_the_last_run_of_a_tenant(db: Db, tenants: tuple[str, str]) -> None:
    reader = db.login("test_reader_a")
    nothing = {
        "tenant_id": "a",
        **dict.fromkeys(f"last_run_{name}" for name in ("id", "status", "started_at", "ended_at")),
    }
    assert db.login("test_reader_a").call("shortlist_status", tenant_id="a") == nothing
    assert reader.call("shortlist_status") == nothing
    assert db.login("test_ops").call("shortlist_status") == {**nothing, "tenant_id": None}, "of several, none"
    start(db, "old", started_at="2026-03-01 01:00Z")
    db.call("finish_run", run_id="old", ended_at="2026-03-01 02:00Z")
    ended = {
        "tenant_id": "a", "last_run_id": "old", "last_run_status": "success",
        "last_run_started_at": "2026-03-01T01:00:00+00:00", "last_run_ended_at": "2026-03-01T02:00:00+00:00",
    }  # fmt: skip
    assert reader.call("shortlist_status") == ended
    start(db, "theirs", tenant_id="b", started_at="2026-03-03 01:00Z")
    start(db, "drill", started_at="2026-03-04 01:00Z")
    db.execute("update obs.enrichment_runs set is_simulation = true where run_id = 'drill'")
    assert reader.call("shortlist_status", tenant_id="a") == ended
    assert db.login("test_ops").call("shortlist_status")["last_run_id"] == "theirs"
    assert db.login("test_ops").call("shortlist_status", tenant_id="a") == ended
    start(db, "new", started_at="2026-03-02 01:00Z")
    running = reader.call("shortlist_status")
    assert (running["last_run_id"], running["last_run_status"], running["last_run_ended_at"]) == (
        "new",
        "running",
        None,
    )


def test_a_tenant_of_somebody_else_is_one_that_does_not_exist(db: Db, tenants: tuple[str, str]) -> None:
    reader = db.login("test_reader_a")
    other, none = (refused(reader.call, "shortlist_status", tenant_id=name) for name in ("b", "nobody"))
    assert other.sqlstate == none.sqlstate == "OB001"
    assert str(other).replace("'b'", "'nobody'") == str(none)


@pytest.mark.parametrize("order", [range(30, 0, -1), range(1, 31)], ids=["falling", "rising"])
def test_of_two_that_are_equal_always_the_same_is_shown(db: Db, tenants: tuple[str, str], order: range) -> None:
    """Whatever order they came in: else the etag would change by itself."""
    start(db, started_at="2026-03-02 01:00Z")
    for number in order:
        one = line("r1", "error", ts=AT.format(2, 0), duration_ms=7, company_id=f"c{number:02}", error_code="E",
                   trace_id=f"t{number:02}", event_id=str(event_id(number)))  # fmt: skip
        log_lines(db, [one])
    db.call("finish_run", run_id="r1", ended_at="2026-03-02 01:10Z")
    found = stats(db)
    assert (found["first_error"]["company_id"], found["exemplars"][0]["company_id"]) == ("c01", "c01")


def test_a_drill_shows_the_alerts_of_drills_as_its_timeline_does(db: Db, tenants: tuple[str, str]) -> None:
    start(db, started_at="2026-03-02 01:00Z")
    db.execute("update obs.enrichment_runs set is_simulation = true")
    for subject, drill in (("real", False), ("drill", True)):
        db.execute(
            """insert into obs.alerts (tenant_id, alert_code, subject, is_simulation, severity, run_id, rule_version,
                breached_at, fired_at, summary)
            values ('a', 'CR-02', %s, %s, 'page', 'r1', 1, now(), now(), 'bad')""",
            (subject, drill),
        )
    assert [alert["subject"] for alert in stats(db)["alerts"]] == ["drill"]
