"""One function a kind of value: whatever comes in, a clean value of the column's type comes out, with a warning."""

from __future__ import annotations

import json
import math
import re
import uuid
from collections.abc import Mapping
from datetime import date, datetime, timezone
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from operator import index
from typing import Any

from .errors import MESSAGE_LIMIT

Warnings = list[str]

BIGINT_MAX = 2**63 - 1
COST_LIMIT = 10**15
EXTRA_LIMIT = 65_536
DEPTH_LIMIT = 20

_ISO = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d(?::?\d\d)?)?", re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)


def number(value: int | float | Decimal) -> str:
    """The digits of a finite number, the same in a line and on the wire."""
    return repr(value) if isinstance(value, float) else str(value)


def timestamp(value: Any, warnings: Warnings) -> str | None:
    """ISO 8601 with a zone (none means UTC); epoch seconds and datetimes are accepted."""
    if value is None:
        return None
    try:
        if isinstance(value, datetime):
            return (value if value.tzinfo else value.replace(tzinfo=timezone.utc)).isoformat()
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, timezone.utc).isoformat()
        if isinstance(value, str) and (found := _ISO.fullmatch(value.strip())):
            datetime.fromisoformat(f"{found[1]} {found[2]}")
            return value.strip() + ("" if found[4] else "Z")
    except (ValueError, OverflowError, OSError):
        pass
    warnings.append("ts")
    return None


def clean(value: str, warnings: Warnings) -> str:
    """Text that PostgreSQL can hold: no NUL, no lone surrogates."""
    if "\0" in value:
        warnings.append("nul")
        value = value.replace("\0", "\ufffd")
    try:
        value.encode()
    except UnicodeEncodeError:
        warnings.append("encoding")
        value = value.encode("utf-8", "replace").decode()
    return value


def text(value: Any, field: str, warnings: Warnings) -> str | None:
    """Text; numbers become their digits, and an empty text is no value."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return clean(value, warnings)
    if type(value) is int:
        return safe_str(value)
    warnings.append(field)
    return clean(json.dumps(value, default=str) if isinstance(value, dict | list) else safe_str(value), warnings)


def message(value: Any, warnings: Warnings) -> str | None:
    """An error message, cut to its limit."""
    cleaned = text(value, "error_msg", warnings)
    if cleaned is not None and len(cleaned) > MESSAGE_LIMIT:
        warnings.append("error_msg_cut")
        return cleaned[:MESSAGE_LIMIT]
    return cleaned


def count(value: Any, field: str, warnings: Warnings) -> int | None:
    """A whole number of at least 0: floats are rounded, digits in text are read, anything else is dropped."""
    if value is None:
        return None
    if hasattr(value, "__index__") and not isinstance(value, bool) and 0 <= (whole := index(value)) <= BIGINT_MAX:
        return whole
    warnings.append(field)
    found = _finite(value)
    if found is None or found > BIGINT_MAX:
        return None
    return max(0, math.floor(found + Decimal("0.5")))


def cost(value: Any, warnings: Warnings) -> int | float | Decimal | None:
    """A finite amount; digits in text are read exactly."""
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and -COST_LIMIT < value < COST_LIMIT:
        return int(value) if isinstance(value, int) else float(value)
    if isinstance(value, Decimal) and value.is_finite() and abs(value) < COST_LIMIT:
        return value
    warnings.append("cost_usd")
    found = _finite(value)
    return None if found is None or abs(found) >= COST_LIMIT else found


def event_id(value: Any, warnings: Warnings) -> str | None:
    """A UUID, or nothing."""
    if value is None or (isinstance(value, str) and _UUID.fullmatch(value)):
        return value
    if isinstance(value, uuid.UUID):
        return str(value)
    warnings.append("event_id")
    return None


def extra(value: Any, strangers: Mapping[str, Any], warnings: Warnings) -> dict[str, Any] | None:
    """A JSON object: a scalar moves under `value`, unknown fields join, what JSON cannot say becomes text."""
    if value is None or value == {}:
        found: dict[str, Any] = {}
    elif isinstance(value, Mapping):
        found = dict(value)
    else:
        warnings.append("extra")
        found = {"value": value}
    if not found and not strangers:
        return None
    cleaned = json_value({**strangers, **found}, warnings)
    if not isinstance(cleaned, dict):
        return None
    size = len(json.dumps(cleaned, ensure_ascii=False))
    return cleaned if size <= EXTRA_LIMIT else _cut(cleaned, size, warnings)


def json_value(value: Any, warnings: Warnings, depth: int = 0) -> Any:
    """The value as jsonb can hold it."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return clean(value, warnings)
    if isinstance(value, int) and value.bit_length() <= 4096:
        return int(value)
    if isinstance(value, float | Decimal):
        if not math.isfinite(value):
            warnings.append("nan")
            return None
        return float(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if depth < DEPTH_LIMIT:
        if isinstance(value, Mapping):
            return {clean(safe_str(k), warnings): json_value(v, warnings, depth + 1) for k, v in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [json_value(item, warnings, depth + 1) for item in value]
    warnings.append("extra")
    return clean(safe_str(value), warnings)


def safe_str(value: Any) -> str:
    """`str(value)`, whatever the value's class makes of it."""
    try:
        return str(value)[:MESSAGE_LIMIT]
    except Exception:
        return f"<{type(value).__name__}>"


def _finite(value: Any) -> Decimal | None:
    try:
        found = Decimal(value.strip() if isinstance(value, str) else safe_str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() and found.adjusted() < 40 else None


def _cut(value: dict[str, Any], size: int, warnings: Warnings) -> dict[str, Any]:
    """The entries that fit, in order, with the size and hash of the whole."""
    warnings.append("extra_cut")
    whole = json.dumps(value, ensure_ascii=False, sort_keys=True).encode()
    kept: dict[str, Any] = {"obs_size": size, "obs_sha256": sha256(whole).hexdigest()}
    room = EXTRA_LIMIT // 4
    for key, item in value.items():
        room -= len(key) + len(json.dumps(item, ensure_ascii=False))
        if room < 0:
            break
        kept[key] = item
    return kept
