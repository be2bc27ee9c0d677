"""Values as people read them, on pages and in reports: a dash for what is not there, moments in UTC."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlsplit

LEAST_CASES = 5  # of obs.slo_status: of fewer nothing is said


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
    text = f"{Decimal(str(value)) * 100:+,.1f} points" if is_share else f"{Decimal(str(value)):+,.1f} {unit}"
    return text.replace("-", "−")


def usd(value: Any) -> str:
    return "–" if value is None else f"${Decimal(str(value)):,.4f}"


def milliseconds(value: Any) -> str:
    """A duration: 350 ms, 1.8 s, 12 min 5 s, 5 h 33 min."""
    if value is None:
        return "–"
    value = Decimal(str(value))
    if value < 59_950:  # else it would be 60.0 s
        return f"{value:,.0f} ms" if value < 1_000 else f"{value / 1000:,.1f} s"
    minutes, seconds = divmod(round(value / 1000), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,} h {minutes} min" if hours else f"{minutes} min {seconds} s"


def duration(value: Any) -> str:
    """The same of minutes."""
    return milliseconds(None if value is None else Decimal(str(value)) * 60_000)


def minutes(value: Any) -> str:
    """Minutes as a rate or a target, which stay comparable in one unit."""
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


_MISSED = {
    "run_success_50": ("failed", "runs"),
    "run_success_30d": ("failed", "runs"),
    "duration_p95_per_1k": ("too slow", "runs"),
    "crawl_success_p50": ("below target", "runs"),
    "company_contactable": ("without one", "companies"),
}


def budget(slo: Mapping[str, Any]) -> str:
    """What an objective's budget allows and what was spent of it: 7 failed, 0.56 allowed (runs)."""
    if slo["state"] == "no_data" or slo["budget"] is None or slo["budget_left"] is None:
        return "–"
    missed, allowed = slo["budget"] - slo["budget_left"], slo["budget"]
    if slo["slo"] in ("run_success_50", "run_success_30d", "company_contactable"):
        allowed = slo["n"] * (1 - slo["target"])
    elif slo["spent"]:
        allowed = missed / slo["spent"]
    what, unit = _MISSED.get(slo["slo"], ("spent", "minutes"))
    return f"{_two(missed)} {what}, {_two(allowed)} allowed ({unit})"


def too_few(slo: Mapping[str, Any]) -> str:
    """What is missing before anything can be said of an objective."""
    what = "alerts" if slo["slo"].startswith("alert_") else _MISSED.get(slo["slo"], ("", "cases"))[1]
    return f"no data: {_two(slo['n'])} {what}, {LEAST_CASES} needed"


def _two(value: Any) -> str:
    text = f"{Decimal(str(value)):,.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def likely_cause(evidence: Any) -> str:
    """What the checks of an alert found to be a cause, the first three; nothing where none did."""
    found = [one for one in evidence if isinstance(one, dict)] if isinstance(evidence, list) else []
    causes = [str(one.get("finding") or "") for one in found if one.get("verdict") == "cause"]
    return "; ".join(cause for cause in causes[:3] if cause)


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
