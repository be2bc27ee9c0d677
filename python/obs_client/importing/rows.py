"""A line's event as a row of the batch: clean ones by a short way, the others mended as the client mends them."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

from .. import events, mending, wire
from ..errors import MESSAGE_LIMIT
from ..mending import BIGINT_MAX, COST_LIMIT, EXTRA_LIMIT
from .reading import Line

_KNOWN = frozenset(events.FIELDS)
_TEXT = (*events.IDENTIFIERS, *events.WORDS, "error_msg", "ts", "event_id")
_MAY_BE: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(_TEXT, (str,)),
    **dict.fromkeys(events.IDENTIFIERS, (str, int)),
    **dict.fromkeys((*events.COUNTS, "seq"), (int,)),
    "cost_usd": (int, Decimal),
    "extra": (dict,),
}
_AT = {name: place for place, name in enumerate(wire.COLUMNS)}
_COUNTS = tuple(_AT[name] for name in (*events.COUNTS, "seq"))
_TS, _COST, _MESSAGE, _ID, _EXTRA = (_AT[name] for name in ("ts", "cost_usd", "error_msg", "event_id", "extra"))
_TENANT, _RUN, _EVENT = (_AT[name] for name in ("tenant_id", "run_id", "event"))

_dumps = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=float).encode
_clean_types: dict[tuple[type, ...], bool] = {}


class Entry(NamedTuple):
    """A row in COPY's text format, and what the import itself must know of it."""

    row: str
    tenant_id: str | None
    run_id: str
    event: str | None
    ts: str | None


def entry(line: Line, line_event_id: Callable[[bytes], str]) -> Entry:
    """The row of a line; `line_event_id` makes an id where the line brings none."""
    event = line.event
    if not event.get("event_id"):
        event["event_id"] = line_event_id(line.text)
    events.name_model(event)
    # Without a backslash in it, no text of the line holds anything that COPY or PostgreSQL would stumble over.
    quick = _quick(event, line.text) if b"\\" not in line.text else None
    return quick or _mended(line, line_event_id)


def _quick(event: dict[str, Any], text: bytes) -> Entry | None:
    if not event.keys() <= _KNOWN:
        return None
    values = [event.get(name) for name in wire.COLUMNS]
    types = tuple(map(type, values))
    clean = _clean_types.get(types)
    if clean is None:
        clean = _clean_types[types] = _types_are_clean(types)
    if not clean or not _values_are_clean(values):
        return None
    extra = None
    if values[_EXTRA]:
        try:
            extra = _dumps(values[_EXTRA])
        except (ValueError, RecursionError):
            return None
        if len(extra) > EXTRA_LIMIT or text.count(b"{") + text.count(b"[") > mending.DEPTH_LIMIT:
            return None
    values[_EXTRA] = extra
    fields = ["" if value is None else value if value.__class__ is str else str(value) for value in values]
    return Entry("\t".join(fields), fields[_TENANT] or None, fields[_RUN], fields[_EVENT] or None, fields[_TS])


def _types_are_clean(types: tuple[type, ...]) -> bool:
    named = zip(wire.COLUMNS, types, strict=True)
    return all(kind is type(None) or kind in _MAY_BE[name] for name, kind in named)


def _values_are_clean(values: list[Any]) -> bool:
    warnings: mending.Warnings = []
    values[_TS] = mending.timestamp(values[_TS], warnings)
    mending.event_id(values[_ID], warnings)
    if warnings or not values[_TS]:
        return False
    cost, message = values[_COST], values[_MESSAGE]
    return (
        all(values[place] is None or 0 <= values[place] <= BIGINT_MAX for place in _COUNTS)
        and (cost is None or (-COST_LIMIT < cost < COST_LIMIT))
        and (message is None or len(message) <= MESSAGE_LIMIT)
    )


def _mended(line: Line, line_event_id: Callable[[bytes], str]) -> Entry:
    row = events.mend(line.event)
    if row.event_id is None:
        row = row._replace(event_id=line_event_id(line.text))
    return Entry(wire.encode(row), row.tenant_id, row.run_id or "", row.event, row.ts)
