"""What only needs mending is stored mended, marked, and never fails the call or its neighbours."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from support.db import Db
from support.pipeline import event_id, item, line, log_lines, refused, start

# One odd field of a JSON line; what the stored row must show; the words in extra.obs_warnings.
ODD_FIELDS: list[tuple[dict[str, Any], dict[str, Any], list[str]]] = [
    ({"duration_ms": -5}, {"duration_ms": 0}, ["duration_clipped"]),
    ({"duration_ms": 3_000_000_000}, {"duration_ms": 2_147_483_647}, ["duration_clipped"]),
    ({"duration_ms": 10**30}, {"duration_ms": 2_147_483_647}, ["duration_clipped"]),
    ({"duration_ms": "1234"}, {"duration_ms": 1234}, []),
    ({"duration_ms": "12.5"}, {"duration_ms": 13}, []),
    ({"duration_ms": "fast"}, {"duration_ms": None}, ["duration_unreadable"]),
    ({"duration_ms": True}, {"duration_ms": None}, ["duration_unreadable"]),
    ({"duration_ms": {"s": 1}}, {"duration_ms": None}, ["duration_unreadable"]),
    ({"duration_ms": "NaN"}, {"duration_ms": None}, ["duration_unreadable"]),
    ({"cost_usd": "0.00004"}, {"cost_usd": Decimal("0.00004")}, []),
    ({"cost_usd": -1}, {"cost_usd": None}, ["cost_dropped"]),
    ({"cost_usd": "Infinity"}, {"cost_usd": None}, ["cost_unreadable"]),
    ({"cost_usd": 10**12}, {"cost_usd": None}, ["cost_dropped"]),
    ({"cost_usd": "1e-5"}, {"cost_usd": Decimal("0.00001")}, []),
    ({"tokens_input": "2_000"}, {"tokens_input": None}, ["tokens_unreadable"]),
    ({"tokens_input": -3, "tokens_output": 4}, {"tokens_input": None, "tokens_output": 4}, ["tokens_dropped"]),
    ({"tokens_output": 10**20}, {"tokens_output": None}, ["tokens_dropped"]),
    ({"company_id": 4711}, {"company_id": "4711"}, []),
    ({"company_id": ""}, {"company_id": None}, ["word_mended"]),
    ({"company_id": "c" * 129}, {"company_id": "c" * 128}, ["word_mended"]),
    ({"company_id": "a\tb\nc"}, {"company_id": "a b c"}, ["word_mended"]),
    ({"error_code": "x" * 10_000}, {"error_code": "x" * 128}, ["word_mended"]),
    ({"status": ""}, {"status": "success", "kind": "item"}, ["word_mended"]),
    ({"event": ""}, {"event": "unnamed", "kind": "other"}, ["word_mended"]),
    ({"event": 5}, {"event": "5", "kind": "other"}, []),
    ({"vendor": ["tavily"]}, {"vendor": '["tavily"]'}, []),
    ({"logger": "my.module"}, {"logger": "my.module", "kind": "other"}, []),
    ({"logger": None}, {"logger": "obs.stage", "kind": "item"}, []),
    ({"seq": "17", "producer": "p1"}, {"seq": 17, "producer": "p1"}, []),
    ({"seq": "many"}, {"seq": None}, []),
    ({"extra": None}, {"extra": None}, []),
    ({"extra": [1, 2]}, {"extra": {"value": [1, 2]}}, []),
    ({"extra": "text"}, {"extra": {"value": "text"}}, []),
    ({"bucket": "High"}, {"extra": {"bucket": "High"}}, []),
    ({"extra": {"attempt": 2}, "http_status": 200}, {"extra": {"attempt": 2, "http_status": 200}}, []),
    ({"extra": {"model": "gpt-4o"}}, {"model": "gpt-4o"}, []),
    ({"model": "own", "extra": {"model": "other"}}, {"model": "own"}, []),
]


def test_odd_fields_are_stored_mended_and_named(db: Db) -> None:
    start(db)
    lines = [{**line("r1"), **odd, "event_id": str(event_id(n))} for n, (odd, _, _) in enumerate(ODD_FIELDS)]
    assert log_lines(db, lines) == (len(lines), 0, 0)
    wrong = []
    for n, (odd, expected, words) in enumerate(ODD_FIELDS):
        row = db.row("select * from obs.run_event_logs where event_id = %s", (event_id(n),))
        extra = dict(row.extra or {})
        found_words = extra.pop("obs_warnings", [])
        found = {key: (extra or None) if key == "extra" else getattr(row, key) for key in expected}
        if (found, found_words) != (expected, words):
            wrong.append((odd, found, found_words))
    assert wrong == []


MOMENTS = [
    ("2026-02-28T23:59:59Z", "2026-02-28T23:59:59+00:00"),
    ("2024-02-29 10:00:00", "2024-02-29T10:00:00+00:00"),
    ("2026-03-31T10:00:00.123456789+02:00", "2026-03-31T08:00:00.123457+00:00"),
    ("2026-01-31T10:00-0530", "2026-01-31T15:30:00+00:00"),
    ("2026-01-31 10:00:00,250Z", "2026-01-31T10:00:00.250000+00:00"),
    ("1767261600", "2026-01-01T10:00:00+00:00"),
    (1767261600.5, "2026-01-01T10:00:00.500000+00:00"),
    ("2026-02-31T00:00:00Z", "ts_unreadable"),
    ("2023-02-29T00:00:00Z", "ts_unreadable"),
    ("2026-13-01T00:00:00Z", "ts_unreadable"),
    ("2026-01-01T25:00:00Z", "ts_unreadable"),
    ("0000-01-01T00:00:00Z", "ts_unreadable"),
    ("yesterday", "ts_unreadable"),
    ("infinity", "ts_unreadable"),
    ("", "ts_unreadable"),
    (["2026"], "ts_unreadable"),
    ("1970-01-01T00:00:00Z", "ts_absurd"),
    ("9999-12-31T23:59:59Z", "ts_absurd"),
    ("a year ahead", "ts_absurd"),
]


def test_moments_are_read_or_replaced_and_named(db: Db) -> None:
    start(db)
    ahead = (datetime.now(timezone.utc) + timedelta(days=365)).isoformat()
    lines = [
        {**line("r1"), "ts": ahead if ts == "a year ahead" else ts, "event_id": str(event_id(n))}
        for n, (ts, _) in enumerate(MOMENTS)
    ]
    assert log_lines(db, lines) == (len(lines), 0, 0)
    wrong = []
    for n, (given, expected) in enumerate(MOMENTS):
        row = db.row(
            "select ts, extra, abs(extract(epoch from ts - received_at)) < 60 as received from obs.run_event_logs"
            " where event_id = %s",
            (event_id(n),),
        )
        words = (row.extra or {}).get("obs_warnings")
        good = (words == [expected] and row.received) if expected.startswith("ts_") else row.ts.isoformat() == expected
        if not good:
            wrong.append((given, row))
    assert wrong == []


def test_elements_that_are_no_objects_are_quarantined_and_the_others_stored(db: Db) -> None:
    start(db)
    odd: list[Any] = [5, "text", None, [], True, {}]
    answer = db.call("log_events", events=Jsonb([*odd, line("r1"), [line("r1")]]))
    assert (answer.accepted, answer.duplicate, answer.quarantined) == (1, 0, 7)
    assert [(d["ord"], d["reason"]) for d in answer.details] == [(n, "bad_id") for n in (1, 2, 3, 4, 5, 6, 8)]


def test_one_object_may_come_alone_and_nothing_at_all_is_nothing(db: Db) -> None:
    start(db)
    assert log_lines(db, line("r1")) == (1, 0, 0)  # type: ignore[arg-type]
    assert log_lines(db, []) == (0, 0, 0)


@pytest.mark.parametrize("argument", ["5", '"text"', "true", "null", None])
def test_what_is_neither_array_nor_object_is_refused(db: Db, argument: str | None) -> None:
    problem = refused(db.execute, "select obs.log_events(%s::jsonb)", (argument,))
    assert problem.sqlstate == "22023"
    assert "takes a JSON array of objects" in str(problem)


def test_ten_megabytes_of_extra_are_cut_and_the_event_counts(db: Db) -> None:
    start(db)
    assert item(db, "r1", "crawl", extra={"note": "x" * 10_000_000}, duration_ms=3) == "accepted"
    assert log_lines(db, [line("r1", extra={"note": ["y" * 1000] * 100})]) == (1, 0, 0)
    assert db.one("select max(octet_length(extra::text)) < 20000 from obs.run_event_logs")
    assert db.call("finish_stage", run_id="r1", stage="crawl").count_total == 2


def test_all_sixteen_fields_come_back_typed(db: Db) -> None:
    start(db)
    fields = {
        "ts": "2026-11-05T01:02:03.456+00:00", "level": "INFO", "tenant_id": "a", "run_id": "r1", "stage": "score",
        "company_id": "c-1", "event": "vendor_call", "status": "error", "duration_ms": 812, "error_code": "HTTP_500",
        "error_msg": "upstream broke", "vendor": "openai", "cost_usd": 0.0123, "tokens_input": 900, "tokens_output": 80,
        "trace_id": "t-77",
    }  # fmt: skip
    answer = db.call("log_events", events=Jsonb([{**fields, "logger": "obs.vendor", "model": "gpt-4o"}]))
    assert answer.accepted == 1
    row = db.row("select * from obs.run_event_logs")
    found = {key: getattr(row, key) for key in fields}
    assert {**found, "ts": row.ts.isoformat(timespec="milliseconds"), "cost_usd": float(row.cost_usd)} == fields
    assert (row.logger, row.model, row.kind, row.cost_source) == ("obs.vendor", "gpt-4o", "call", "reported")


BAD_IDS = ["", "x" * 129, "tab\there", "line\nbreak", "\x7f", "jane.doe@example.com"]


def test_a_bad_run_or_tenant_id_is_quarantined_in_a_batch_and_refused_in_a_call(db: Db) -> None:
    start(db)
    lines = [line(bad) for bad in BAD_IDS] + [line("r1", tenant_id=bad) for bad in BAD_IDS[1:]]
    assert log_lines(db, lines) == (0, 0, len(lines))
    assert {row.reason for row in db.rows("select reason from obs.quarantined_events")} == {"bad_id"}
    assert db.one("select count(*) from obs.quarantined_events where payload::text like '%@example.com%'") == 0
    for bad in BAD_IDS:
        for arguments in ({"tenant_id": "a", "run_id": bad}, {"tenant_id": bad, "run_id": "r2"}):
            problem = refused(db.call, "start_run", **arguments)
            assert problem.sqlstate == "22023"
            assert "jane.doe" not in str(problem)


def test_long_messages_are_cut(db: Db) -> None:
    start(db)
    assert item(db, "r1", "crawl", ok=False, error_msg="timeout " * 100_000) == "accepted"
    assert db.one("select length(error_msg) between 100 and 20000 from obs.run_event_logs")


def test_typed_arguments_are_mended_too(db: Db) -> None:
    start(db)
    for value in ("NaN", "Infinity", "-Infinity", "-1", "1e30"):
        assert item(db, "r1", "crawl", duration_ms=Decimal(value), cost_usd=Decimal(value)) == "accepted"
    found = db.rows("select duration_ms, cost_usd from obs.run_event_logs order by duration_ms nulls first")
    assert [tuple(row) for row in found] == [
        (None, None),
        (0, None),
        (0, None),
        (2_147_483_647, None),
        (2_147_483_647, None),
    ]
    for extra in ("[]", "[1]", '"text"', "5", "null", "{}"):
        db.execute("select obs.log_event('r1', 'crawl', 'note', p_extra => %s::jsonb)", (extra,))
    assert {kind for (kind,) in db.rows("select jsonb_typeof(extra) from obs.run_event_logs")} <= {"object", None}


def test_a_128_character_id_and_unicode_are_good_ids(db: Db) -> None:
    for good in ("x" * 128, "läuft-夜", "a b", "2026/11/01#7"):
        assert start(db, good) == good
        assert item(db, good, "crawl") == "accepted"
