"""One run as its log lines tell it, counted without the database by the rules of the event vocabulary."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

from ..types import Row

Place = tuple[str, int]

LOGGERS = ("obs.run", "obs.stage", "obs.vendor", "obs.qa")
OF_A_RUN = ("run_start", "run_finish", "metric", "heartbeat")
OF_A_STAGE = ("stage_start", "stage_finish")
ITEMS = (("finish", "success"), ("error", "error"))
ENDS = {"finish": "success", "error": "error"}
COST_LIMIT = 10**9
TOKENS_LIMIT = 10**12
FACTS = ("bucket", "email_status")  # an event that carries one is kept by every capture mode


def with_defaults(row: Row) -> Row:
    """What the database fills in, or drops, when an event leaves it out or overdoes it."""
    event = row.event or "unnamed"
    logger, status, vendor = row.logger, row.status, row.vendor
    if logger not in LOGGERS:
        if event in OF_A_RUN:
            logger = "obs.run"
        elif event == "vendor_call":
            logger = "obs.vendor"
        elif logger is None:
            logger = "obs.stage" if row.stage else "obs.run"
    if event == "vendor_call" and vendor is None:
        vendor = "unknown"
    return row._replace(
        event=event,
        logger=logger,
        vendor=vendor,
        status=ENDS.get(event) if status is None else status,
        cost_usd=_within(row.cost_usd, COST_LIMIT - 1),
        tokens_input=_within(row.tokens_input, TOKENS_LIMIT),
        tokens_output=_within(row.tokens_output, TOKENS_LIMIT),
    )


def kind(row: Row) -> str:
    """What an event counts as."""
    if row.logger == "obs.stage" and row.stage is not None:
        if (row.event, row.status) in ITEMS:
            return "item"
        if row.event == "retry":
            return "retry"
        return "lifecycle" if row.event in OF_A_STAGE else "other"
    if row.logger == "obs.vendor" and row.event == "vendor_call":
        return "call"
    if row.logger == "obs.run" and row.event in OF_A_RUN:
        return "lifecycle"
    return "check" if row.logger == "obs.qa" else "other"


class Manifest:
    """The lines of one run: the events once each, and what they add up to."""

    def __init__(self) -> None:
        self.places: dict[str, Place] = {}
        self.lines = 0
        self._events: list[dict[str, Any]] = []
        self._stages: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._vendors: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._codes: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._costs: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)

    def add(self, mended: Row, place: Place) -> None:
        """One more line; a second one with the same id says nothing new."""
        self.lines += 1
        row = with_defaults(mended)
        event_id = str(row.event_id).lower()
        if event_id in self.places:
            return
        self.places[event_id] = place
        what = kind(row)
        listed = {
            "event_id": event_id,
            "kind": what,
            "stage": row.stage,
            "vendor": row.vendor,
            "status": row.status,
            "cost_usd": None if row.cost_usd is None else str(row.cost_usd),
            "tokens_input": row.tokens_input,
            "tokens_output": row.tokens_output,
            "kept": True if row.extra and any(fact in row.extra for fact in FACTS) else None,
        }
        self._events.append({name: value for name, value in listed.items() if value is not None})
        if what == "lifecycle":
            return
        if row.stage:
            self._count(("stage", row.stage), self._stages[row.stage], row, what)
        if row.vendor:
            self._count(("vendor", row.vendor), self._vendors[row.vendor], row, what)
            if what == "call" and row.error_code:
                self._codes[row.vendor][row.error_code] += 1

    def as_json(self) -> dict[str, Any]:
        """The manifest as obs.reconcile takes it."""
        return {
            "events": self._events,
            "stages": {name: self._totals("stage", name, totals) for name, totals in self._stages.items()},
            "vendors": {
                name: {**self._totals("vendor", name, totals), "error_codes": self._codes[name]}
                for name, totals in self._vendors.items()
            },
        }

    def _count(self, scope: tuple[str, str], totals: Counter[str], row: Row, what: str) -> None:
        if scope[0] == "stage":
            totals["count_total"] += what == "item"
            totals["count_success"] += what == "item" and row.status == "success"
            totals["count_error"] += what == "item" and row.status == "error"
            totals["count_retry"] += what == "retry"
        else:
            totals["calls"] += what == "call"
            totals["errors"] += what == "call" and row.status == "error"
        totals["tokens_input"] += row.tokens_input or 0
        totals["tokens_output"] += row.tokens_output or 0
        totals["unreported"] += what == "call" and row.cost_usd is None
        self._costs[scope] += Decimal(str(row.cost_usd or 0))

    def _totals(self, scope: str, name: str, totals: Counter[str]) -> dict[str, Any]:
        return {**totals, "cost_usd": str(self._costs[scope, name])}


def _within(value: Any, limit: int) -> Any:
    return value if value is not None and 0 <= value <= limit else None
