"""obs.timeline: one list in order of time that tells a night's story."""

from __future__ import annotations

import random
import uuid
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from support.alerts import Watch
from support.db import Db
from support.pipeline import line, log_lines, refused, start

BEGIN = datetime(2026, 3, 2, 1, tzinfo=timezone.utc)


def at(minutes: float) -> str:
    return str(BEGIN + timedelta(minutes=minutes))


def told(db: Db, run: str = "r1", **more: Any) -> list[tuple[Any, ...]]:
    """Minutes since the beginning, kind, stage, what; alerts fire when a run is logged, which here is long after."""
    return [
        (round((row.at - BEGIN).total_seconds() / 60, 2), row.kind, row.stage, row.what)
        for row in db.calls("timeline", run_id=run, **more)
        if row.kind != "alert"
    ]


def of_kind(db: Db, kind: str, run: str = "r1") -> list[Any]:
    return [row for row in db.calls("timeline", run_id=run) if row.kind == kind]


def eventful(db: Db, **more: Any) -> None:
    """Two stages with failures, retries and a refusal; silent from minute 10 to 20 and from 22 to the end at 30."""
    start(db, "r1", started_at=at(0), **more)
    lines = [line("r1", "stage_start", stage="crawl", ts=at(0.5))]
    lines += [line("r1", ts=at(minute / 2), company_id=str(minute)) for minute in range(2, 20)]
    lines += [
        line(
            "r1", "error", ts=at(4.2), company_id="77", error_code="HTTP_500", error_msg="no page", trace_id="trace-77"
        ),
        line("r1", "error", ts=at(5), company_id="78", error_code="TIMEOUT"),
        line("r1", "retry", ts=at(5.1), company_id="78", error_code="TIMEOUT"),
        line("r1", "retry", ts=at(5.2), company_id="79", error_code="TIMEOUT"),
        line("r1", "stage_finish", stage="crawl", ts=at(10)),
        line("r1", "stage_start", stage="score", ts=at(20)),
        line("r1", "vendor_call", stage="score", vendor="openai", status="error", error_code="HTTP_429", ts=at(20.5)),
        line("r1", "vendor_call", stage="score", vendor="openai", status="error", error_code="HTTP_429", ts=at(21.2)),
        line("r1", "stage_finish", stage="score", ts=at(22)),
        line("r1", "run_finish", stage=None, ts=at(30), status="success"),
    ]
    db.call("log_events", events=Jsonb(lines))


STORY = [
    (0, "run", None, "run started"),
    (0.5, "stage", "crawl", "crawl started"),
    (4.2, "error", "crawl", "first failure: HTTP_500: no page"),
    (10, "silence", None, "nothing was heard"),
    (10, "retry", "crawl", "2 retries"),
    (10, "stage", "crawl", "crawl ended: success, 2 of 20 items failed"),
    (20, "stage", "score", "score started"),
    (20.5, "error", "score", "first failure: openai: HTTP_429"),
    (20.5, "rate_limit", "score", "openai said HTTP_429 2 times"),
    (22, "silence", None, "nothing was heard"),
    (22, "stage", "score", "score ended: success, 0 of 0 items failed"),
    (30, "run", None, "run ended: success"),
]


def test_a_night_is_told_in_order(db: Db, tenants: tuple[str, str]) -> None:
    eventful(db)
    assert told(db.login("test_reader_a")) == STORY
    rows = {(row.kind, row.stage): row for row in db.calls("timeline", run_id="r1")}
    assert rows["error", "crawl"].details == {
        "error_code": "HTTP_500", "company_id": "77", "trace_id": "trace-77", "items_failed": 2,
    }  # fmt: skip
    assert rows["retry", "crawl"].details == {"retries": 2, "error_codes": {"TIMEOUT": 2}}
    assert [row.duration_ms for row in of_kind(db, "silence")] == [600_000, 480_000]
    assert rows["stage", "score"].duration_ms == 120_000


def test_gone_events_leave_the_stored_numbers(db: Db, tenants: tuple[str, str]) -> None:
    eventful(db)
    db.execute("update obs.enrichment_runs set expired_at = clock_timestamp(), raw_gone_at = clock_timestamp()")
    db.execute("delete from obs.run_event_logs")
    said: list[str] = []
    db.conn.add_notice_handler(lambda notice: said.append(str(notice.message_primary)))
    rest = [one for one in STORY if one[1] not in ("error", "silence", "rate_limit")]
    rest.insert(5, (20, "rate_limit", "score", "openai said HTTP_429 2 times"))
    assert told(db) == rest
    assert said == ["raw events of run 'r1' are gone or thinned: its silences are not known"]


def test_alerts_and_qa_draws_stand_in_it(db: Db, tenants: tuple[str, str]) -> None:
    watch = Watch(db)
    watch.run(run="bad", crawl=(40, 30))
    watch.run(run="good")
    fired = [row for row in of_kind(db, "alert", "bad") if row.details["alert_code"] == "CR-02"]
    assert fired[0].details["state"] == "firing"
    assert fired[0].what == "CR-02 crawl fired"
    alert = db.row("select alert_id, fired_at from obs.alerts where alert_code = 'CR-02'")
    assert (fired[0].details["alert_id"], fired[0].at) == (alert.alert_id, alert.fired_at)
    scored = [line("drawn", stage="score", company_id=str(n), extra={"bucket": "High"}) for n in range(3)]
    start(db, "drawn")
    db.call("log_events", events=Jsonb(scored))
    db.call("finish_run", run_id="drawn")
    (drawn, *_) = of_kind(db, "qa", "drawn")
    assert (drawn.what, drawn.details["drawn"]) == ("3 of 3 companies drawn for QA (random)", 3)


def test_what_changed_since_the_last_good_run(db: Db, tenants: tuple[str, str]) -> None:
    start(db, "old", started_at=at(-1440), meta={"git_sha": "aaa", "candidates": 5, "same": "x", "dropped": "y"})
    db.call("finish_run", run_id="old", status="success")
    start(db, "r1", started_at=at(0), meta={"git_sha": "bbb", "candidates": 9, "same": "x"})
    db.call("set_price", vendor="openai", unit="call", price_usd=0.5, valid_from=at(-60))
    db.call("set_price", vendor="hunter", unit="call", price_usd=0.5, valid_from=at(-60), tenant_id="b")
    db.call("set_price", vendor="lusha", unit="call", price_usd=0.5, valid_from=at(31))
    db.call("set_price", vendor="tavily", unit="call", price_usd=0.5, valid_from=at(-1441))
    db.call("finish_run", run_id="r1", ended_at=at(30))
    for run, print_of_it, moment in (("old", "f1", at(-1430)), ("r1", "f2", at(30))):
        db.execute(
            "insert into obs.host_snapshots (tenant_id, run_id, relation, fingerprint, parts, taken_at)"
            " values ('a', %s, 'app.icp_rules', %s, jsonb_build_object('rows', %s::text, 'columns', 1), %s)",
            (run, print_of_it, print_of_it, moment),
        )
    changes = {row.what: row.details for row in of_kind(db.login("test_reader_a"), "change")}
    assert changes == {row.what: row.details for row in of_kind(db, "change")}, "who sees all tenants is told of one"
    assert set(changes) == {
        "dropped: nothing, was y", "git_sha: bbb, was aaa", "price of openai *: 0.5 USD for 1 call",
        "app.icp_rules is not as it was in run old",
    }  # fmt: skip
    assert changes["app.icp_rules is not as it was in run old"]["parts"] == ["rows"]


def test_configuration_changed_meanwhile_is_shown_to_ops_alone(
    db: Db, tenants: tuple[str, str], new_login: Any
) -> None:
    start(db, "r1")
    db.call("set_setting", key="capture", value=Jsonb("all"), tenant_id="a")
    db.call("set_setting", key="capture", value=Jsonb("all"), tenant_id="b")
    db.call("finish_run", run_id="r1")
    ops = db.login(new_login("obs_ops"))
    (change,) = of_kind(ops, "change")
    assert change.what == f"set_setting by {db.conn.info.user}"
    assert change.details["key"] == "capture"
    assert of_kind(db.login("test_reader_a"), "change") == []


def test_a_running_run_is_silent_until_now(db: Db, tenants: tuple[str, str]) -> None:
    start(db, "r1", started_at=at(0))
    db.call("log_events", events=Jsonb([line("r1", ts=at(1))]))
    db.call("tick")
    db.execute("update obs.enrichment_runs set status = 'running', ended_at = null")
    db.set_now(at(11))
    assert told(db) == [
        (0, "run", None, "run started"),
        (0, "silence", None, "nothing was heard"),
        (1, "stage", "crawl", "crawl started"),
        (1, "silence", None, "nothing was heard until now"),
    ]


def silences(db: Db, least: int) -> list[tuple[float, float]]:
    return [
        tuple((moment - BEGIN).total_seconds() for moment in row)
        for row in db.calls("silences", run_id="r1", least=timedelta(seconds=least))
    ]


@pytest.mark.parametrize("kind", ["client", "server", "both", "line"])
def test_halving_finds_the_silences_that_reading_all_finds(db: Db, tenants: tuple[str, str], kind: str) -> None:
    dice = random.Random(kind)
    start(db, "r1", started_at=at(0))
    moments, clock = [], 0.0
    while clock < 5000:
        clock += dice.choice((0, 0.5, 1, 3, 3, 40 if dice.random() < 0.02 else 1, 200 if dice.random() < 0.01 else 0))
        moments.append(clock)
    producers = [dice.randbytes(8).hex() for _ in range(3)]
    seqs = dict.fromkeys(producers, 0)
    lines = []
    for moment in moments:
        when = BEGIN + timedelta(seconds=moment)
        more: dict[str, Any] = {}
        if kind == "client" or (kind == "both" and dice.random() < 0.5):
            producer = dice.choice(producers)
            seqs[producer] += dice.randint(1, 3)
            more = {"producer": producer, "seq": seqs[producer]}
            tail = f"-8{producer[12:15]}-800{producer[15]}-{seqs[producer]:012x}"
            more["event_id"] = f"{producer[:8]}-{producer[8:12]}{tail}"
        elif kind == "line":
            more["event_id"] = str(uuid.UUID(int=dice.getrandbits(128) & ~(0xF << 76) | 8 << 76))
        else:
            stamp = int(when.timestamp() * 1000) << 80 | dice.getrandbits(80)
            more["event_id"] = str(uuid.UUID(int=stamp & ~(0xF << 76) | 7 << 76))
        lines.append(line("r1", ts=when.isoformat(), **more))
    db.call("log_events", events=Jsonb(lines))
    db.call("finish_run", run_id="r1", ended_at=str(BEGIN + timedelta(seconds=6000)))
    read = {least: silences(db, least) for least in (30, 100, 150)}
    assert len(read[30]) > len(read[150]) > 1
    db.execute("update obs.run_stage_stats set events_seen = 1000000")
    assert {least: silences(db, least) for least in read} == read


def test_foreign_and_unknown_runs_get_one_answer(db: Db, tenants: tuple[str, str]) -> None:
    start(db, "theirs", "b")
    reader, writer = db.login("test_reader_a"), db.login("test_writer_b")
    for verb in ("timeline", "silences"):
        for run in ("nothing", None, "theirs"):
            assert refused(reader.calls, verb, run_id=run).sqlstate == "OB002"
        assert refused(writer.calls, verb, run_id="theirs").sqlstate == "42501"


def test_alerts_of_another_run_at_the_same_time_are_none_of_it(db: Db, tenants: tuple[str, str]) -> None:
    start(db, "r1", started_at=at(0))
    start(db, "other", started_at=at(0))
    for subject, run in (("mine", "r1"), ("theirs", "other"), ("nobody's", None)):
        db.execute(
            """insert into obs.alert_transitions (
                tenant_id, alert_code, subject, run_id, from_state, to_state, at, rule_version, reason
            ) values ('a', 'CR-02', %s, %s, 'ok', 'firing', %s, 1, 'breach')""",
            (subject, run, at(5)),
        )
    db.call("finish_run", run_id="r1", ended_at=at(30))
    assert {row.details["subject"] for row in of_kind(db, "alert")} == {"mine", "nobody's"}


def test_alerts_of_the_run_are_told_once_each(db: Db, tenants: tuple[str, str]) -> None:
    """Those that fired up to an hour after it, and those of no run while it lasted."""
    start(db, "r1", started_at=at(0))
    start(db, "other", started_at=at(0))
    db.call("finish_run", run_id="r1", ended_at=at(30))
    db.execute("update obs.enrichment_runs set finished_at = ended_at")
    for subject, run, minute, states, drill in (
        ("shown", "r1", 89, ("inactive", "firing"), False),
        ("shown: over", "r1", 89, ("recovering", "resolved"), False),
        ("too late", "r1", 91, ("inactive", "firing"), False),
        ("of another run, late", "other", 89, ("inactive", "firing"), False),
        ("of no run, late", None, 31, ("inactive", "firing"), False),
        ("before it", "r1", -1, ("inactive", "firing"), False),
        ("fires again", "r1", 20, ("recovering", "firing"), False),
        ("fires still", "r1", 20, ("firing", "firing"), False),
        ("recovers", "r1", 20, ("firing", "recovering"), False),
        ("of a drill", "r1", 20, ("inactive", "firing"), True),
    ):
        db.execute(
            """insert into obs.alert_transitions (
                tenant_id, alert_code, subject, run_id, from_state, to_state, at, rule_version, reason, is_simulation
            ) values ('a', 'CR-02', %s, %s, %s, %s, %s, 1, 'breach', %s)""",
            (subject, run, *states, at(minute), drill),
        )
    assert [row.details["subject"] for row in of_kind(db, "alert")] == ["shown", "shown: over"]
    db.execute("update obs.enrichment_runs set is_simulation = true")
    assert [row.details["subject"] for row in of_kind(db, "alert")] == ["of a drill"]


def test_an_announced_retry_is_no_first_failure(db: Db, tenants: tuple[str, str]) -> None:
    start(db, "r1", started_at=at(0))
    lines = [
        line("r1", "retry", ts=at(1), status="error", error_code="E_RETRY"),
        line("r1", "error", ts=at(2), error_code="E_ITEM"),
    ]
    db.call("log_events", events=Jsonb(lines))
    db.call("finish_run", run_id="r1", ended_at=at(30))
    assert [row.what for row in of_kind(db, "error")] == ["first failure: E_ITEM"]


def test_a_vendor_that_its_message_names_is_not_named_twice(db: Db, tenants: tuple[str, str]) -> None:
    start(db, "r1", started_at=at(0))
    log_lines(db, [
        line("r1", "vendor_call", stage=stage, vendor="lusha", status="error", error_code="HTTP_429", error_msg=said,
             ts=at(1))
        for stage, said in (("one", "Lusha: too many"), ("two", "too many"), ("three", None))
    ])  # fmt: skip
    db.call("finish_run", run_id="r1", ended_at=at(2))
    assert {row.stage: row.what for row in of_kind(db, "error")} == {
        "one": "first failure: HTTP_429: Lusha: too many",
        "two": "first failure: lusha: HTTP_429: too many",
        "three": "first failure: lusha: HTTP_429",
    }
