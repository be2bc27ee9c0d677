"""What a report says of its rows, the same in each form."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from .. import shown
from ..explained import MEASURES, amount, driver, signed, where
from ..shown import budget, duration, minutes, moment, number, percent, short, usd, words
from .parts import Change, Report, Row, RunPart
from .safe import clean

_SOURCES = {
    "raw": "raw events are all there",
    "mixed": "raw events of successes are thinned out",
    "rollup": "raw events are past their window",
    "none": "there is no stage yet",
}


__all__ = ["amount", "budget", "driver", "signed", "where"]  # what is said elsewhere too


class Figure(NamedTuple):
    name: str  # the column it comes from
    title: str
    text: str


def headline(part: RunPart) -> list[Figure]:
    """The numbers that people ask for first."""
    of = part.overview
    buckets = [
        f"{name} {number(of[f'bucket_{name.lower()}'])} ({percent(of[f'share_{name.lower()}'])})"
        for name in ("High", "Medium", "Low", "Unscored")
        if of[f"bucket_{name.lower()}"] is not None
    ]
    return [
        Figure("status", "Status", words(part.run["status"])),
        Figure("candidates_pre", "Candidates before the filter", number(of["candidates_pre"])),
        Figure("candidates_post", "Candidates after it", number(of["candidates_post"])),
        Figure("shortlist_delivered", "Shortlist delivered", number(of["shortlist_delivered"])),
        Figure("success_rate", "Success rate of items", percent(of["success_rate"])),
        Figure("error_rate", "Error rate of items", percent(of["error_rate"])),
        Figure("cost_usd", "Cost", usd(of["cost_usd"])),
        Figure("cost_usd_per_1k", "Cost per 1,000 companies", usd(of["cost_usd_per_1k"])),
        Figure("unpriced_calls", "Calls without a price", number(of["unpriced_calls"])),
        Figure("duration_min", "Duration", duration(of["duration_min"])),
        Figure("duration_min_per_1k", "Duration per 1,000 companies", minutes(of["duration_min_per_1k"])),
        Figure("crawl_success_rate", "Crawl success", percent(of["crawl_success_rate"])),
        Figure("tavily_fallback_rate", "Crawl fallback", percent(of["tavily_fallback_rate"])),
        Figure("buckets", "Buckets", ", ".join(buckets) or "–"),
    ]


def quality(part: RunPart) -> list[Figure]:
    of = part.quality
    verified = _of(of, "emails_verified", "emails_total")
    contactable = _of(of, "companies_contactable", "companies_with_email")
    reviewed = f"{number(of['qa_passed'])} of {number(of['qa_drawn'])} passed, {number(of['qa_pending'])} wait"
    return [
        Figure("email_verified_rate", "E-mails verified", percent(of["email_verified_rate"]) + verified),
        Figure(
            "company_contactable_rate",
            "Companies with a usable business e-mail",
            percent(of["company_contactable_rate"]) + contactable,
        ),
        Figure(
            "qa_pass_rate",
            "QA pass rate",
            percent(of["qa_pass_rate"]) + (f" ({reviewed})" if of["qa_drawn"] else ""),
        ),
        Figure("rationale_p50_chars", "Median length of rationales, characters", number(of["rationale_p50_chars"])),
    ]


def night_line(night: Mapping[str, Any]) -> str:
    said = [f"Night of {night['night']}, from {moment(night['from_at'])} to {moment(night['until_at'])} UTC"]
    said.append(f"{_counted(night['runs'], 'run')}" if night["runs"] else "no run")
    if night["running"]:
        said.append(f"{number(night['running'])} still running")
    if night["missing"]:
        said.append(f"{_counted(night['missing'], 'expected run')} never came")
    if night["waiting"]:
        said.append(f"{_counted(night['waiting'], 'expected run')} not due yet or not late yet")
    if night.get("since"):
        one = night["since"] == 1
        said.append(f"{_counted(night['since'], 'run')} since {'belongs' if one else 'belong'} to the coming night")
    return f"{said[0]}: {', '.join(said[1:])}."


def error_line(error: Mapping[str, Any]) -> str:
    where = " / ".join(str(error[key]) for key in ("stage", "vendor", "company_id") if error[key])
    what = ": ".join(str(error[key]) for key in ("error_code", "error_msg") if error[key])
    trace = f", trace {error['trace_id']}" if error["trace_id"] else ""
    return f"{moment(error['ts'])} UTC, {where}{trace}: {what or 'no message'}"


def alert_line(alert: Mapping[str, Any]) -> str:
    """What it says of the run, what it says now where that is something else, and what was found to be the cause."""
    said = [alert["summary"], ("now: ", alert.get("summary_now")), ("likely cause: ", alert["cause"])]
    parts = [
        "".join(one) if isinstance(one, tuple) else one for one in said if one and (isinstance(one, str) or one[1])
    ]
    return "; ".join(str(part).rstrip(" .") for part in parts)


def trace_address(part: RunPart, trace_id: str | None) -> str:
    """Where a trace is to be seen; nothing where nobody has said it."""
    return shown.trace_address(part.trace_template, trace_id)


def change_line(change: Change) -> str:
    name = MEASURES.get(change.measure, words(change.measure))
    before, after = amount(change.measure, change.before), amount(change.measure, change.after)
    total = signed(change.measure, change.after - change.before)
    return f"{name}: {before} in run {change.against}, {after} in this one, {total}"


def source_line(part: RunPart) -> str:
    """Where the numbers come from, and how much of it there was."""
    stages = part.stats["stages"]
    complete = sum(bool(stage["complete"]) for stage in stages)
    return (
        f"Source: {part.stats['source']} ({_SOURCES.get(part.stats['source'], 'unknown')}); "
        f"{complete} of {_counted(len(stages), 'stage')} complete; revision {part.run['revision']}, "
        f"{_counted(part.run['late_events'] or 0, 'late event')}."
    )


def brief(report: Report) -> str:
    """A few lines of plain text for each tenant: what a letter says before its attachment is opened."""
    lines = [report.title, ""]
    for tenant in report.tenants:
        lines.append(f"Tenant {tenant.tenant_id}. {night_line(tenant.night) if tenant.night else ''}".rstrip())
        for part in tenant.runs:
            of = part.overview
            said = (
                f"{words(part.run['status'])}, {number(of['shortlist_delivered'])} delivered",
                f"of {number(of['candidates_post'])}, {percent(of['error_rate'])} errors, {usd(of['cost_usd'])},",
                f"{duration(of['duration_min'])}, {_counted(len(part.alerts), 'alert')}",
            )
            lines.append(f"  Run {part.run['run_id']}: {' '.join(said)}")
            lines += [f"    Changed: {change}" for change in part.told or []]
            if error := part.stats["first_error"]:
                lines.append(f"    First error: {error_line(error)}")
        lines += [f"  Open: {alert['alert_code']} {alert['title'] or ''}, {alert['state']}" for alert in tenant.alerts]
        lines += [f"  Objective missed: {slo['title']}" for slo in tenant.slos if slo["state"] == "breach"]
        lines.append("")
    return "\n".join(clean(line) if not line.startswith(" ") else "  " + clean(line) for line in lines)


def slo_value(slo: Row, value: Any) -> str:
    if slo["unit"] == "share":
        return percent(value)
    return minutes(value) if slo["unit"] == "minutes" else short(value)


def slo_actual(slo: Row) -> str:
    """The value, with its interval where it is a share."""
    if slo["actual"] is None or slo["low"] is None:
        return slo_value(slo, slo["actual"])
    return f"{percent(slo['actual'])} ({percent(slo['low'])} to {percent(slo['high'])})"


def _of(row: Mapping[str, Any], part: str, whole: str) -> str:
    return f" ({number(row[part])} of {number(row[whole])})" if row[whole] is not None else ""


def _counted(count: int | Decimal, what: str) -> str:
    return f"{number(count)} {what}{'' if count == 1 else 's'}"
