"""Nights of a pipeline as log files, with the totals counted while they are made.

The lines have the shape of real ones: items and calls of six stages, retries, rate limits, an exhausted quota,
missing durations, personal data where people leave it. The totals are kept by plain counting, far from anything obs
does.
"""

from __future__ import annotations

import gzip
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

FIELDS = (
    *("ts", "level", "logger", "tenant_id", "run_id", "stage", "company_id", "event", "status", "duration_ms"),
    *("error_code", "error_msg", "vendor", "cost_usd", "tokens_input", "tokens_output", "trace_id"),
)
PRICES = {"tavily": Decimal("0.008"), "lusha": Decimal("0.09"), "zerobounce": Decimal("0.0075")}
STAGES = {"mv_refresh": None, "crawl": None, "tavily": "tavily", "lusha": "lusha", "zerobounce": "zerobounce"}
EMAIL = "greta.planted{}@fachwerk-example.de"


@dataclass
class StageTotals:
    durations: list[int] = field(default_factory=list)
    successes: list[int] = field(default_factory=list)
    count_success: int = 0
    count_error: int = 0
    error_codes: Counter[str] = field(default_factory=Counter)
    cost: Decimal = Decimal(0)
    tokens_input: int = 0
    tokens_output: int = 0


@dataclass
class VendorTotals:
    calls: int = 0
    errors: int = 0
    rate_limit_hits: int = 0
    quota_exhausted: bool = False
    cost: Decimal = Decimal(0)
    tokens_input: int = 0
    tokens_output: int = 0


class Night:
    """One run of one tenant: `lines`, and what they add up to."""

    def __init__(
        self, tenant: int, run: int, companies: int = 60, seed: int = 1, started: str = "2026-11-18T01:00:00"
    ) -> None:
        self.tenant, self.run, self.companies = tenant, run, companies
        self.stages: defaultdict[str, StageTotals] = defaultdict(StageTotals)
        self.vendors: defaultdict[str, VendorTotals] = defaultdict(VendorTotals)
        self.buckets: Counter[str] = Counter()
        self.planted: list[str] = []  # personal data that must not be found in the database
        self.lines: list[bytes] = []
        self.status = "success"
        self._dice = random.Random(seed * 1_000_003 + run)
        self._now = datetime.fromisoformat(started).replace(tzinfo=timezone.utc)
        self.started_at = self._stamp()
        self._make()
        self.ended_at = json.loads(self.lines[-1])["ts"]

    def write(self, directory: Path, packed: bool = False) -> Path:
        path = directory / f"tenant{self.tenant}_run{self.run}.log{'.gz' if packed else ''}"
        data = b"".join(line + b"\n" for line in self.lines)
        path.write_bytes(gzip.compress(data) if packed else data)
        return path

    def _make(self) -> None:
        extra = {"candidates_pre": 3 * self.companies, "candidates_selected": self.companies}
        self._line("obs.run", None, "run_start", "running", trace_id=f"trace-{self.run}", extra=extra)
        for stage, vendor in STAGES.items():
            self._stage(stage, vendor)
        self._scoring()
        duration = round((self._now - datetime.fromisoformat(self.started_at[:-1] + "+00:00")).total_seconds() * 1000)
        self._line("obs.run", None, "run_finish", self.status, duration_ms=duration)

    def _stage(self, stage: str, vendor: str | None) -> None:
        self._line("obs.stage", stage, "stage_start", "running", extra={"planned": self.companies})
        for company in range(1, self.companies + 1):
            self._now += timedelta(milliseconds=self._dice.randrange(0, 40))
            code = self._dice.choices([None, "HTTP_404", "CONNECT_FAILED"], [90, 6, 4])[0]
            duration = None if code == "CONNECT_FAILED" else self._dice.randrange(5, 4_000)
            if vendor:
                code = self._call(stage, vendor, company, duration)
            self._item(stage, company, duration, code, self._extra(stage, company))
        self._line("obs.stage", stage, "stage_finish", "success", extra={"count_total": self.companies})

    def _call(self, stage: str, vendor: str, company: int, duration: int | None) -> str | None:
        """A vendor call; the error it ends the item with. A rate limit is met with a retry."""
        totals = self.vendors[vendor]
        code = self._dice.choices([None, "HTTP_429", "HTTP_402", "HTTP_503"], [88, 7, 1, 4])[0]
        cost = None if code else PRICES[vendor]
        totals.calls += 1
        totals.errors += code is not None
        totals.rate_limit_hits += code == "HTTP_429"
        totals.quota_exhausted |= code == "HTTP_402"
        totals.cost += cost or 0
        self.stages[stage].cost += cost or 0
        fields = {"duration_ms": duration, "error_code": code, "vendor": vendor, "cost_usd": cost and float(cost)}
        self._line("obs.vendor", stage, "vendor_call", "error" if code else "success", company, **fields)
        if code == "HTTP_429":
            self._line("obs.stage", stage, "retry", "retry", company, extra={"attempt": 1})
            return self._call(stage, vendor, company, duration)
        return code

    def _scoring(self) -> None:
        totals = self.vendors["openai"]
        for company in range(1, self.companies + 1):
            asked, told = self._dice.randrange(200, 9_000), self._dice.randrange(5, 700)
            cost = asked * Decimal("0.15") / 1_000_000 + told * Decimal("0.60") / 1_000_000
            totals.calls += 1
            for each in (totals, self.stages["score"]):
                each.cost += cost
                each.tokens_input += asked
                each.tokens_output += told
            used = {"tokens_input": asked, "tokens_output": told, "cost_usd": float(cost), "vendor": "openai"}
            self._line(
                "obs.vendor", "score", "vendor_call", "success", company, **used,
                duration_ms=told, extra={"model": "gpt-4o-mini", "attempt": 1},
            )  # fmt: skip
            bucket = self._dice.choice(["High", "Medium", "Low"])
            self.buckets[bucket] += 1
            self._item("score", company, told, None, {"bucket": bucket})

    def _item(self, stage: str, company: int, duration: int | None, code: str | None, extra: dict[str, Any]) -> None:
        totals = self.stages[stage]
        if duration is not None:
            totals.durations.append(duration)
        if code is None:
            totals.count_success += 1
            if duration is not None:
                totals.successes.append(duration)
        else:
            totals.count_error += 1
            totals.error_codes[code] += 1
        event, status = ("error", "error") if code else ("finish", "success")
        message = "no answer from " + self._plant() if code and self._dice.random() < 0.3 else None
        fields = {"duration_ms": duration, "error_code": code, "error_msg": message, "extra": extra}
        self._line("obs.stage", stage, event, status, company, **fields)

    def _extra(self, stage: str, company: int) -> dict[str, Any]:
        if self._dice.random() < 0.03:
            return {"contacts": [{"email": self._plant(), "first": "Grüße, 世界"}]}
        if self._dice.random() < 0.03:
            return {"note": f"asked {self._plant()} again"}
        return {"http_status": 200} if stage == "crawl" else {}

    def _plant(self) -> str:
        self.planted.append(EMAIL.format(f"{self.run}.{len(self.planted)}"))
        return self.planted[-1]

    def _line(
        self, logger: str, stage: str | None, event: str, status: str, company: int | None = None, **more: Any
    ) -> None:
        level = "ERROR" if status == "error" else "INFO"
        values: dict[str, Any] = dict.fromkeys(FIELDS)
        values |= {"ts": self._stamp(), "level": level, "logger": logger, "tenant_id": self.tenant, "run_id": self.run}
        values |= {"stage": stage, "company_id": company, "event": event, "status": status, **more}
        if not values.get("extra"):
            values.pop("extra", None)
        self.lines.append(json.dumps(values).encode())

    def _stamp(self) -> str:
        return self._now.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def nights(companies: int = 60, seed: int = 1) -> Iterator[Night]:
    """Three nights of two tenants."""
    for night in range(3):
        for tenant in (0, 1):
            start = datetime(2026, 11, 18 + night, 1, 30 * tenant)
            yield Night(101 + tenant, 5001 + 10 * night + tenant, companies + 17 * tenant, seed, start.isoformat())
