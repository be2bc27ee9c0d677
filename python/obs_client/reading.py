"""From the spool's lines back to rows for the wire.

Most lines are this client's own and clean, and need no mending; the others go through `events.mend` like any line.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from . import events, wire

_SUSPICIOUS = (b"\\", b": -", b"NaN", b"Infinity")
_KNOWN = frozenset(events.FIELDS)
_NOTHING = type(None)
_KINDS_OF = {**dict.fromkeys((*events.COUNTS, "seq"), (int,)), "cost_usd": (int, float), "extra": (dict,)}
_KINDS = [(_NOTHING, *_KINDS_OF.get(name, (str,))) for name in wire.COLUMNS]
_COST = wire.COLUMNS.index("cost_usd")
_EXACT_DIGITS = 15

_clean_kinds: set[tuple[type, ...]] = set()


def encoded(lines: Sequence[bytes]) -> list[str]:
    """The rows of spool lines; what is no JSON object (the half line of a killed process) is left out."""
    rows = []
    for line in lines:
        try:
            rows.append(_quick(line) or wire.encode(events.mend(events.parse_line(line))))
        except (ValueError, RecursionError):
            continue
    return rows


def _quick(line: bytes) -> str | None:
    """The row of a line in which nothing is to be mended; None when that is not certain.

    Without a backslash in the line there is nothing in its texts that COPY would read otherwise.
    """
    if any(mark in line for mark in _SUSPICIOUS):
        return None
    try:
        event = json.loads(line.decode())
    except UnicodeDecodeError:
        return None
    if event.__class__ is not dict or not event.keys() <= _KNOWN:
        return None
    values = [event.get(name) for name in wire.COLUMNS]
    kinds = tuple(map(type, values))
    if kinds[_COST] is float and len(repr(values[_COST])) > _EXACT_DIGITS:
        return None
    if kinds not in _clean_kinds:
        if not all(kind in allowed for kind, allowed in zip(kinds, _KINDS, strict=True)):
            return None
        _clean_kinds.add(kinds)
    return "\t".join([_digits(value) if value.__class__ is not str else value for value in values])


def _digits(value: Any) -> str:
    if value is None:
        return ""
    if value.__class__ is dict:
        return wire.dumps(value) if value else ""
    return repr(value)
