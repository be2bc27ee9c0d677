"""Values as people read them, on pages and in reports: a dash for what is not there, moments in UTC."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlsplit


def number(value: Any, digits: int = 0) -> str:
    """1234567.8 as 1,234,568; nothing as a dash."""
    return "–" if value is None else f"{Decimal(str(value)):,.{digits}f}"


def short(value: Any) -> str:
    """At most four places, and none that says nothing: 0.7500 as 0.75."""
    if value is None:
        return "–"
    text = f"{Decimal(str(value)):,.4f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def percent(value: Any, digits: int = 1) -> str:
    return "–" if value is None else f"{Decimal(str(value)) * 100:.{digits}f} %"


def trend(value: Any, is_share: bool, unit: str) -> str:
    """A difference with its sign: of shares in percentage points."""
    if value is None:
        return "–"
    return f"{Decimal(str(value)) * 100:+,.1f} points" if is_share else f"{Decimal(str(value)):+,.1f} {unit}"


def usd(value: Any) -> str:
    return "–" if value is None else f"${Decimal(str(value)):,.4f}"


def milliseconds(value: Any) -> str:
    if value is None:
        return "–"
    value = Decimal(str(value))
    return f"{value:,.0f} ms" if value < 10_000 else f"{value / 1000:,.1f} s"


def minutes(value: Any) -> str:
    return "–" if value is None else f"{Decimal(str(value)):,.1f} min"


def words(value: Any) -> str:
    return "–" if value is None else str(value).replace("_", " ")


def _time(value: Any) -> dt.datetime | None:
    if isinstance(value, str):
        value = dt.datetime.fromisoformat(value.replace("Z", "+00:00"))
    return value.astimezone(dt.timezone.utc) if isinstance(value, dt.datetime) else None


def stamp(value: Any) -> str:
    """For the attribute of a <time>."""
    found = _time(value)
    return found.isoformat(timespec="seconds").replace("+00:00", "Z") if found else ""


def moment(value: Any) -> str:
    found = _time(value)
    return f"{found:%Y-%m-%d %H:%M:%S}" if found else "–"


def web_address(value: Any) -> str:
    """The address if a browser may follow it, else nothing: no javascript:, no file:."""
    text = str(value or "")
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.scheme in ("http", "https") and parts.netloc and text.isprintable() else ""


def trace_address(template: str | None, trace_id: str | None) -> str:
    """The address of a trace by the setting trace_url_template; nothing where that is not set."""
    return web_address(template.replace("{trace_id}", quote(trace_id, safe=""))) if template and trace_id else ""
