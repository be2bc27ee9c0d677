"""The spool's lines: the PRD's format, masked; and the row beside each, the same event."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from obs_client import events, wire
from obs_client.raw import Context, Raw
from obs_client.reading import encoded
from obs_client.render import Renderer

PRD_FIELDS = [
    "ts",
    "level",
    "logger",
    "tenant_id",
    "run_id",
    "stage",
    "company_id",
    "event",
    "status",
    "duration_ms",
    "error_code",
    "error_msg",
    "vendor",
    "cost_usd",
    "tokens_input",
    "tokens_output",
    "trace_id",
]
FULL = {
    "event": "vendor_call",
    "status": "error",
    "company_id": "c-1",
    "duration_ms": 442,
    "error_code": "HTTP_429",
    "error_msg": "Rate limit reached",
    "vendor": "openai",
    "model": "gpt-4o-mini",
    "cost_usd": 5.8e-05,
    "tokens_input": 120,
    "tokens_output": 7,
    "trace_id": "10e1b8b6b196c94145c466a1d6fe0309",
    "extra": {"tokens_cached": 64, "bucket": "High"},
}


def rendered(**fields: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """One event's line and row, both as dictionaries."""
    line, row = Renderer().render(tuple(Raw(1_790_000_000.0419, Context("a", "r1", "score", "obs.stage"), **fields)))
    assert line.endswith("}\n")
    assert line.count("\n") == 1
    return json.loads(line), wire.decode(row)


def test_a_line_has_the_prds_fields_in_order_and_the_others_behind_them() -> None:
    line, _ = rendered(**FULL)
    assert list(line) == [*PRD_FIELDS, "extra", "model", "event_id", "producer", "seq"]
    assert (line["ts"], line["level"], line["logger"]) == ("2026-09-21T14:13:20.041Z", "ERROR", "obs.vendor")
    assert (line["cost_usd"], line["seq"], line["stage"]) == (5.8e-05, 1, "score")


def test_extra_and_model_are_left_out_when_there_are_none() -> None:
    line, _ = rendered(event="finish", status="success")
    assert list(line) == [*PRD_FIELDS, "event_id", "producer", "seq"]
    assert line["company_id"] is None


def test_line_and_row_agree_on_every_field() -> None:
    line, row = rendered(**FULL)
    assert {name: value for name, value in line.items() if value is not None} == row


@pytest.mark.parametrize(
    "fields",
    [
        FULL,
        {"event": "finish", "status": "success", "company_id": 7, "duration_ms": 0},
        {"event": "retry", "status": "retry", "error_code": "HTTP_429", "extra": {"attempt": 1}},
        {"event": "note", "error_msg": 'tab\there \\ and\nthere "quoted" \u00e9\u4e2d', "extra": {"k": 'a "b" \\ \n'}},
        {"event": "finish", "cost_usd": Decimal("0.10"), "extra": {"n": [1, {"x": None}], "f": 1.5, "b": True}},
        {"event": "note", "extra": {"cache_hit": True, "reason": None, "value": 0.1, "domain": 'a"b', "attempt": 2}},
        {"event": "vendor_call", "vendor": "tavily", "duration_ms": 9, "cost_usd": 1},
        {"event": "finish", "company_id": "", "cost_usd": 0, "tokens_input": 0, "trace_id": "a@b.example"},
    ],
)
def test_the_quick_way_and_the_long_way_say_the_same(fields: dict[str, Any]) -> None:
    quick, long = Renderer(), Renderer()
    long.producer, long._id_prefix, long.seq = quick.producer, quick._id_prefix, 1
    raw = Raw(1_790_000_000.0, Context("a", "r1", "score", "obs.stage"), **fields)
    line, row = quick.render(tuple(raw))
    long_line, long_row = long._slow(raw)
    assert json.loads(line) == json.loads(long_line)
    assert list(json.loads(line)) == list(json.loads(long_line))
    assert wire.decode(row) == wire.decode(long_row)


def test_what_is_remembered_of_one_event_is_not_said_of_another() -> None:
    renderer, place = Renderer(), Context("a", "r1", "score", "obs.stage")
    given = [
        {"ts": 1_790_000_000.0419, "vendor": "openai", "model": "gpt-4o-mini", "cost_usd": 1},
        {"ts": 1_790_000_000.0419, "vendor": "openai", "cost_usd": Decimal("0.5")},
        {"ts": 1_790_000_000.0420, "vendor": "openai", "model": "gpt-4o"},
        {"ts": 1_790_000_060.0420, "model": "gpt-4o", "tokens_input": 3},
        {"ts": 1_790_000_060.0420, "vendor": "openai", "model": "gpt-4o-mini"},
    ]
    both = [renderer.render(tuple(Raw(context=place, event="vendor_call", **one))) for one in given]
    for found in ([json.loads(line) for line, _ in both], [wire.decode(row) for _, row in both]):
        assert [(one.get("vendor"), one.get("model")) for one in found] == [
            (one.get("vendor"), one.get("model")) for one in given
        ]
        assert [one["ts"][14:] for one in found] == ["13:20.041Z"] * 2 + ["13:20.042Z"] + ["14:20.042Z"] * 2


def test_the_line_is_masked_and_the_row_is_not() -> None:
    line, row = rendered(
        event="error",
        status="error",
        company_id="jane@acme.example",
        error_msg="550 jane@acme.example unknown",
        extra={"email": "jane@acme.example", "nested": {"to": ["jane@acme.example"]}},
    )
    assert "jane@" not in json.dumps(line)
    assert "email:masked" in line["error_msg"]
    assert row["error_msg"] == "550 jane@acme.example unknown"
    assert row["extra"]["nested"]["to"] == ["jane@acme.example"]


def test_an_extra_given_by_name_is_unfolded() -> None:
    line, row = rendered(event="finish", extra={"extra": {"bucket": "High"}, "n": 1})
    assert line["extra"] == row["extra"] == {"n": 1, "bucket": "High"}


@pytest.mark.parametrize(
    ("given", "field", "kept", "word"),
    [
        ({"error_msg": "a\0b"}, "error_msg", "a\ufffdb", "nul"),
        ({"error_msg": "x" * 20_000}, "error_msg", "x" * 16_384, "error_msg_cut"),
        ({"error_msg": "\ud800"}, "error_msg", "?", "encoding"),
        ({"cost_usd": float("nan")}, "cost_usd", None, "cost_usd"),
        ({"cost_usd": Decimal("inf")}, "cost_usd", None, "cost_usd"),
        ({"cost_usd": "0.25"}, "cost_usd", 0.25, "cost_usd"),
        ({"cost_usd": 10**400}, "cost_usd", None, "cost_usd"),
        ({"duration_ms": -3}, "duration_ms", 0, "duration_ms"),
        ({"duration_ms": 12.6}, "duration_ms", 13, "duration_ms"),
        ({"duration_ms": "1.5e2"}, "duration_ms", 150, "duration_ms"),
        ({"duration_ms": True}, "duration_ms", None, "duration_ms"),
        ({"duration_ms": 10**30}, "duration_ms", None, "duration_ms"),
        ({"tokens_input": "many"}, "tokens_input", None, "tokens_input"),
        ({"company_id": 7.5}, "company_id", "7.5", "company_id"),
        ({"status": ["odd"]}, "status", '["odd"]', "status"),
        ({"vendor": {"name": "x"}}, "vendor", '{"name": "x"}', "vendor"),
    ],
)
def test_a_bad_value_is_mended_and_says_so(given: dict[str, Any], field: str, kept: Any, word: str) -> None:
    line, row = rendered(**{"event": "finish", **given})
    assert line.get(field) == row.get(field) == kept
    assert word in row["extra"]["obs_warnings"]
    assert line["extra"]["obs_warnings"] == row["extra"]["obs_warnings"]


class Hostile:
    def __str__(self) -> str:
        raise RuntimeError("no")

    __repr__ = __str__


@pytest.mark.parametrize(
    "extra",
    [
        {"a": float("nan"), "b": [float("inf")]},
        {"a": Hostile()},
        {"a": {1: {2}, None: b"x"}},
        {"a\0b": "c\0d"},
        {"a": "x" * 10_000_000},
        {"a": 10**5000},
    ],
)
def test_any_extra_becomes_json_of_bounded_size(extra: dict[str, Any]) -> None:
    line, row = rendered(event="finish", extra=extra)
    assert row["extra"]["obs_warnings"]
    assert "\0" not in json.dumps(row)
    assert len(json.dumps(line)) < 100_000


def test_a_circular_extra_is_no_danger() -> None:
    extra: dict[str, Any] = {"n": 1}
    extra["self"] = extra
    line, _ = rendered(event="finish", extra=extra)
    assert line["extra"]["n"] == 1


def test_ids_of_one_producer_are_version_8_uuids_that_grow() -> None:
    renderer = Renderer()
    raw = tuple(Raw(1.0, Context("a", "r"), event="x"))
    ids = [json.loads(renderer.render(raw)[0])["event_id"] for _ in range(300)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 300
    assert {(one[14], one[19]) for one in ids} == {("8", "8")}


def test_a_line_read_back_is_the_row_that_was_sent_but_for_the_mask() -> None:
    line, row = Renderer().render(tuple(Raw(1_790_000_000.0, Context("a", "r1", "score", "obs.stage"), **FULL)))
    assert wire.decode(wire.encode(events.mend(events.parse_line(line.encode())))) == wire.decode(row)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"duration_ms": -1},
        {"tenant_id": 101},
        {"cost_usd": 1e999},
        {"cost_usd": 0.12345678901234567},
        {"host": "h"},
        {"stage": ""},
        {"extra": {"text": "tab\there", "n": -1.5}},
        {"error_msg": "\0"},
    ],
)
def test_lines_are_read_back_quickly_or_mended_with_the_same_result(change: dict[str, Any]) -> None:
    line, _ = rendered(**FULL)
    changed = json.dumps({**line, **change}, ensure_ascii=False).encode()
    (row,) = encoded([changed])
    assert wire.decode(row) == wire.decode(wire.encode(events.mend(events.parse_line(changed))))


def test_unreadable_lines_are_left_out() -> None:
    assert len(encoded([b"", b"{", b"[]", b"7", b'{"a": 1', b'{"event": "x"}', b'{"event": "\xff"}'])) == 2


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b"7", b'{"a": 1', b"\xff\xfe"])
def test_what_is_no_object_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError):
        events.parse_line(line)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2026-11-19T01:00:00.000Z", "2026-11-19T01:00:00.000Z"),
        ("2026-11-19 01:00:00+01", "2026-11-19 01:00:00+01"),
        ("2026-11-19T01:00:00", "2026-11-19T01:00:00Z"),
        (0, "1970-01-01T00:00:00+00:00"),
        ("yesterday", None),
        ("2026-13-19T01:00:00Z", None),
        (float("inf"), None),
    ],
)
def test_timestamps_are_iso_with_a_zone(given: Any, kept: str | None) -> None:
    row = events.mend({"ts": given, "event": "x"})
    assert row.ts == kept
    assert (row.extra is None) == (kept is not None)


def test_fields_of_other_names_move_into_extra() -> None:
    row = events.mend({"event": "x", "extra": {"a": 1}, "hostname": "h"})
    assert row.extra == {"a": 1, "hostname": "h"}
