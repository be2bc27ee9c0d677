"""The nights to play: the real logs where they stand beside the project, else made-up ones of the same shape.

The real ones are read where they are and never copied. All are moved by whole days: the last night is yesterday's.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

from support.loglines import Night, nights

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared/data/events"
MADE_UP_COMPANIES = 90
NEVER_STORED = "must_redact"

Line = dict[str, Any]


@dataclass
class NightLog:
    """What one tenant's pipeline logged in one night, and the personal data that was planted in it."""

    name: str
    tenant: str
    run_id: str
    lines: list[Line]
    planted: list[str]


class FullNight(Night):
    """A made-up night with all that the pages show: e-mail statuses, lengths of rationales, an export."""

    def _extra(self, stage: str, company: int) -> dict[str, Any]:
        extra = super()._extra(stage, company)
        return {**extra, "email_status": "valid" if company % 5 else "catch-all"} if stage == "zerobounce" else extra

    def _item(self, stage: str, company: int, duration: int | None, code: str | None, extra: dict[str, Any]) -> None:
        if stage == "score":
            extra = {**extra, "rationale_length": 80 + 7 * (company % 40)}
        super()._item(stage, company, duration, code, extra)

    def _scoring(self) -> None:
        self._line("obs.stage", "score", "stage_start", "running", extra={"planned": self.companies})
        super()._scoring()
        self._line("obs.stage", "score", "stage_finish", "success", extra={"count_total": self.companies})
        self._stage("export_odoo", None)


def real_nights() -> list[NightLog]:
    """Those beside the project; none where there are none."""
    files = sorted(SHARED.glob("*tenant*night*.jsonl.gz"))
    planted = [one for one in _objects(SHARED / "pii_manifest.jsonl.gz") if one[NEVER_STORED]] if files else []
    found = []
    for file in files:
        lines = list(_objects(file))
        hidden = [one["raw"] for one in planted if one["file"] == file.name]
        found.append(_night(file.name, lines, hidden))
    return _moved(found)


def made_up_nights(companies: int = MADE_UP_COMPANIES) -> list[NightLog]:
    made = []
    for night in nights(companies):
        full = FullNight(night.tenant, night.run, night.companies, started=night.started_at[:-1])
        lines = [_named(_object(line.decode())) for line in full.lines]
        made.append(_night(f"tenant{full.tenant}_run{full.run}", lines, full.planted))
    return _moved(made)


def _named(line: Line) -> Line:
    """The line with a tenant and a company whose names can be no number that a page shows."""
    tenant, company = line["tenant_id"], line["company_id"]
    return {**line, "tenant_id": f"firm{tenant}", "company_id": company and f"{tenant}c{company}"}


def _night(name: str, lines: list[Line], planted: list[str]) -> NightLog:
    return NightLog(name, str(lines[0]["tenant_id"]), str(lines[0]["run_id"]), lines, planted)


def _moved(found: list[NightLog]) -> list[NightLog]:
    """In order of time, the last one's day being yesterday."""
    if not found:
        return []
    ordered = sorted(found, key=lambda night: night.lines[0]["ts"])
    yesterday = datetime.now(timezone.utc).date() - timedelta(days=1)
    by = timedelta(days=(yesterday - _when(ordered[-1].lines[0]).date()).days)
    for night in ordered:
        for line in night.lines:
            line["ts"] = (_when(line) + by).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return ordered


def _when(line: Line) -> datetime:
    return datetime.fromisoformat(line["ts"].replace("Z", "+00:00"))


def _objects(path: Path) -> Iterable[Line]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(_object, file)


def _object(text: str) -> Line:
    made: Line = json.loads(text, parse_float=Decimal)
    return made
