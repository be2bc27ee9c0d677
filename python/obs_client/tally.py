"""How many events this process has logged in each stage, so that a stage's end can say how many to expect."""

from __future__ import annotations

from typing import Any

from .raw import Context, Raw

LIFECYCLE = frozenset(("stage_start", "stage_finish"))
STAGES_LIMIT = 10_000


class Tally:
    """Counts on the writer's side, where it is exact and costs the caller nothing.

    Events that were dropped are counted as well: the database then finds the stage incomplete.
    """

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, str], list[int]] = {}

    def count(self, raw: tuple[Any, ...]) -> tuple[Any, ...]:
        """The event as it was, or, at a stage's end, with the number of events to expect."""
        context, event = raw[1], raw[4]
        if context.stage is None:
            return raw
        if event.__class__ is str and event in LIFECYCLE:
            return raw if event == "stage_start" else self._with_expected(Raw._make(raw))
        tally = context.tally
        if tally is None:
            tally = context.tally = self._of(context)
        tally[0] += 1
        return raw

    def add(self, context: Context) -> None:
        """One event more in the context's stage."""
        if context.stage is None:
            return
        if context.tally is None:
            context.tally = self._of(context)
        context.tally[0] += 1

    def _with_expected(self, raw: Raw) -> Raw:
        extra = raw.extra or {}
        number = self._of(raw.context)[0]
        if number == 0 or "expected_events" in extra:
            return raw
        return raw._replace(extra={**extra, "expected_events": number})

    def _of(self, context: Context) -> list[int]:
        if len(self._counts) >= STAGES_LIMIT:
            self._counts.clear()
        key = (str(context.tenant_id), str(context.run_id), str(context.stage))
        return self._counts.setdefault(key, [0])
