"""What a report is made of: rows as SQL gives them, by run and tenant."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """A measure that changed: its largest parts, and what the others add up to."""

    measure: str
    before: Any
    after: Any
    against: str
    parts: list[Row]
    rest: int
    rest_delta: Any
    rest_share: Any


@dataclass(frozen=True)
class RunPart:
    stats: Row
    overview: Row
    quality: Row
    alerts: list[Row]
    told: list[str] | None  # what was not as in the last good run, in words; None: it took too long
    changes: list[Change] | None  # None: it took too long
    earlier: list[Row]
    trace_template: str | None  # the setting trace_url_template

    @property
    def run(self) -> Row:
        found: Row = self.stats["run"]
        return found


@dataclass(frozen=True)
class TenantPart:
    """A tenant's runs; `night` is the row of obs.last_night, None in the report of one run."""

    tenant_id: str
    night: Row | None
    runs: list[RunPart]
    alerts: list[Row]  # open ones of none of these runs
    slos: list[Row]


@dataclass(frozen=True)
class Report:
    title: str
    made_at: dt.datetime
    tenants: list[TenantPart]

    @property
    def is_empty(self) -> bool:
        """Whether no run stands in it."""
        return not any(part.runs for part in self.tenants)

    @property
    def outcome(self) -> str:
        """In a few words, for a subject line."""
        states = [part.run["status"] for tenant in self.tenants for part in tenant.runs]
        missing = sum(tenant.night["missing"] for tenant in self.tenants if tenant.night)
        bad = [state for state in dict.fromkeys(states) if state != "success"]
        said = [f"{states.count(state)} {state}" for state in (["success"] if "success" in states else []) + bad]
        return ", ".join(said + ([f"{missing} never came"] if missing else [])) or "no run"
