"""What a night's log says, added up by hand: far from anything obs does."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

VERIFIED = "valid"


@dataclass
class Count:
    events: int = 0
    success: Counter[str] = field(default_factory=Counter)  # by stage
    error: Counter[str] = field(default_factory=Counter)
    retry: Counter[str] = field(default_factory=Counter)
    timed: Counter[str] = field(default_factory=Counter)  # items with a duration
    calls: Counter[str] = field(default_factory=Counter)  # by vendor
    call_errors: Counter[str] = field(default_factory=Counter)
    rate_limit_hits: Counter[str] = field(default_factory=Counter)
    quota_exhausted: set[str] = field(default_factory=set)
    tokens_input: Counter[str] = field(default_factory=Counter)
    tokens_output: Counter[str] = field(default_factory=Counter)
    cost_usd: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    emails: Counter[str] = field(default_factory=Counter)  # by status
    rationales: set[str] = field(default_factory=set)
    bucket_of: dict[str, str] = field(default_factory=dict)
    candidates_pre: int = 0
    candidates_post: int = 0

    @property
    def items(self) -> Counter[str]:
        return self.success + self.error

    @property
    def buckets(self) -> Counter[str]:
        return Counter(self.bucket_of.values())

    @property
    def high(self) -> set[str]:
        return {company for company, bucket in self.bucket_of.items() if bucket == "High"}


def count(lines: Iterable[dict[str, Any]]) -> Count:
    made = Count()
    for line in sorted(lines, key=lambda one: one["ts"]):
        made.events += 1
        extra, stage = line.get("extra") or {}, line["stage"]
        if line["event"] == "run_start":
            made.candidates_pre = extra["candidates_pre"]
            made.candidates_post = extra["candidates_selected"]
        elif line["event"] == "vendor_call":
            _call(made, line)
        elif line["event"] == "retry":
            made.retry[stage] += 1
        elif line["logger"] == "obs.stage" and line["event"] in ("finish", "error"):
            (made.success if line["status"] == "success" else made.error)[stage] += 1
            made.timed[stage] += line["duration_ms"] is not None
            company = str(line["company_id"])
            if "email_status" in extra:
                made.emails[extra["email_status"]] += 1
            if "bucket" in extra:
                made.bucket_of[company] = extra["bucket"]
            if "rationale_length" in extra:
                made.rationales.add(company)
    return made


def _call(made: Count, line: dict[str, Any]) -> None:
    vendor = line["vendor"]
    made.calls[vendor] += 1
    made.call_errors[vendor] += line["status"] == "error"
    made.rate_limit_hits[vendor] += line["error_code"] == "HTTP_429"
    if line["error_code"] == "HTTP_402":
        made.quota_exhausted.add(vendor)
    made.tokens_input[vendor] += line["tokens_input"] or 0
    made.tokens_output[vendor] += line["tokens_output"] or 0
    made.cost_usd[vendor] += line["cost_usd"] or 0
