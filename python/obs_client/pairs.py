"""One value in its two forms: as JSON for the line, masked, and as COPY text for the row, as it was given.

Only clean values pass; anything else raises Unclean and takes the long way.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from json.encoder import encode_basestring as quoted
from typing import Any

from . import redact
from .errors import MESSAGE_LIMIT
from .mending import BIGINT_MAX, COST_LIMIT, EXTRA_LIMIT, number
from .redact_keys import PLAIN_KEYS

Pair = tuple[str, str]

MEMO_LIMIT = 10_000
MEMO_LENGTH = 256
NOTHING: Pair = ("null", "")

_KEYS = {key: f'"{key}": ' for key in PLAIN_KEYS}
_json = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


class Unclean(Exception):
    """The event needs the long way."""


def remembered(memo: dict[Any, Pair], value: Any, mask: Callable[[str], str]) -> Pair:
    """A text that is likely to come again."""
    pair = memo.get(value)
    if pair is None:
        if type(value) is not str:
            raise Unclean
        pair = (quoted(mask(value)), value)
        if len(memo) >= MEMO_LIMIT:
            memo.clear()
        if len(value) <= MEMO_LENGTH:
            memo[value] = pair
    return pair


def nothing(value: Any) -> Pair:
    """A missing value."""
    if value is not None and value != "":
        raise Unclean
    return NOTHING


def count(value: Any) -> Pair:
    """A whole number of at least 0."""
    if type(value) is not int or not 0 <= value <= BIGINT_MAX:
        raise Unclean
    digits = str(value)
    return digits, digits


def cost(value: Any) -> Pair:
    """A finite amount."""
    if type(value) not in (float, int, Decimal) or not -COST_LIMIT < value < COST_LIMIT:
        raise Unclean
    digits = number(value)
    return digits, digits


def text(value: Any) -> Pair:
    """A free text."""
    if value is None or value == "":
        return NOTHING
    if type(value) is not str or len(value) > MESSAGE_LIMIT:
        raise Unclean
    return quoted(redact.redact_text(value) if redact.suspect(value) else value), value


def extra(value: dict[str, Any]) -> Pair:
    """An object of further fields."""
    if redact.extra_clean(value):
        whole = _flat(value)
        return f', "extra": {whole}', whole
    whole = _json(value)
    if len(whole) > EXTRA_LIMIT or "extra" in value:
        raise Unclean
    return f', "extra": {_json(redact.redact_extra(value))}', whole


def _flat(value: dict[str, Any]) -> str:
    """The JSON of an extra that `extra_clean` has passed: known keys, short scalars, so no limit is in reach."""
    parts = [
        _KEYS[key] + (str(item) if item.__class__ is int else quoted(item) if item.__class__ is str else _json(item))
        for key, item in value.items()
    ]
    return f"{{{', '.join(parts)}}}"
