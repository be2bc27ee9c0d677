"""The log format: a line read, an event mended, a line written.

A line is one JSON object with the fields of FIELDS in that order; `extra` and what follows it stand only where
there is something to say. `mend` never refuses: what cannot be kept as it came is mended, and each mend leaves a
word in `extra.obs_warnings`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from . import mending, redact
from .mending import Warnings
from .types import Row

FIELDS: tuple[str, ...] = (
    *("ts", "level", "logger", "tenant_id", "run_id", "stage", "company_id", "event", "status", "duration_ms"),
    *("error_code", "error_msg", "vendor", "cost_usd", "tokens_input", "tokens_output", "trace_id"),
    *("extra", "model", "event_id", "producer", "seq"),
)
TRAILING = frozenset(("extra", "model", "event_id", "producer", "seq"))
IDENTIFIERS: tuple[str, ...] = ("tenant_id", "run_id", "company_id", "stage", "trace_id", "producer")
WORDS: tuple[str, ...] = ("level", "logger", "event", "status", "error_code", "vendor", "model")
COUNTS: tuple[str, ...] = ("duration_ms", "tokens_input", "tokens_output")
WARNINGS_KEY = "obs_warnings"

_encoder = json.JSONEncoder(ensure_ascii=False, allow_nan=False)


def parse_line(line: bytes) -> dict[str, Any]:
    """The event of one log line as a dictionary; ValueError when the line is not a JSON object."""
    event = json.loads(line.decode("utf-8", "replace"), parse_float=Decimal)
    if not isinstance(event, dict):
        raise ValueError("not a JSON object")
    return event


def mend(event: Mapping[str, Any]) -> Row:
    """The event with every value of the type its column has; fields of other names move into `extra`."""
    event = dict(event)
    name_model(event)
    warnings: Warnings = []
    values: dict[str, Any] = {"ts": mending.timestamp(event.get("ts"), warnings)}
    for field in (*IDENTIFIERS, *WORDS):
        values[field] = mending.text(event.get(field), field, warnings)
    values["error_msg"] = mending.message(event.get("error_msg"), warnings)
    for field in COUNTS:
        values[field] = mending.count(event.get(field), field, warnings)
    values["cost_usd"] = mending.cost(event.get("cost_usd"), warnings)
    values["event_id"] = mending.event_id(event.get("event_id"), warnings)
    values["seq"] = mending.count(event.get("seq"), "seq", warnings)
    strangers = {key: value for key, value in event.items() if key not in FIELDS}
    values["extra"] = mending.extra(event.get("extra"), strangers, warnings)
    if warnings:
        note_warnings(values, warnings)
    return Row(**values)


def name_model(event: dict[str, Any]) -> None:
    """Move the model from `extra.model`, where a log line may have it, to the field of its own."""
    extra = event.get("extra")
    if event.get("model") is None and isinstance(extra, dict) and isinstance(extra.get("model"), str):
        event["model"] = extra["model"]
        event["extra"] = {key: value for key, value in extra.items() if key != "model"}


def note_warnings(values: dict[str, Any], warnings: Warnings) -> None:
    """Add the words to `extra.obs_warnings`, each once."""
    extra = dict(values["extra"] or {})
    known = extra.get(WARNINGS_KEY)
    words = [*(known if isinstance(known, list) else []), *warnings]
    extra[WARNINGS_KEY] = list(dict.fromkeys(map(str, words)))
    values["extra"] = extra


def as_line(row: Row) -> str:
    """The line of a mended event, newline included, just as it is: `as_line(masked(row))` is what a file may hold."""
    parts = []
    for name in FIELDS:
        value = getattr(row, name)
        if name in TRAILING and not value and value != 0:
            continue
        digits = mending.number(value) if name == "cost_usd" and value is not None else _encoder.encode(value)
        parts.append(f'"{name}": {digits}')
    return "{" + ", ".join(parts) + "}\n"


def masked(row: Row) -> Row:
    """The event as a log file may hold it: what would be redacted by the database is masked."""
    changes: dict[str, Any] = {
        field: redact.redact_id(value) for field in (*IDENTIFIERS, *WORDS) if (value := getattr(row, field)) is not None
    }
    if row.error_msg is not None:
        changes["error_msg"] = redact.redact_text(row.error_msg)
    if row.extra:
        changes["extra"] = redact.redact_extra(row.extra)
    return row._replace(**changes)
