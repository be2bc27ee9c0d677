"""What the caller's side hands over: an event as it was given, and the place it belongs to."""

from __future__ import annotations

from typing import Any, NamedTuple

LEVELS = {"error": "ERROR", "retry": "WARNING", "partial": "WARNING", "crashed": "ERROR"}
LOGGERS = {"vendor_call": "obs.vendor"}


class Context:
    """Where events belong: one object a run or stage handle, so that what they share is rendered once."""

    __slots__ = ("fragments", "logger", "run_id", "stage", "tally", "tenant_id")

    def __init__(self, tenant_id: Any, run_id: Any, stage: Any = None, logger: str = "obs.run") -> None:
        self.tenant_id, self.run_id, self.stage, self.logger = tenant_id, run_id, stage, logger
        self.tally: list[int] | None = None
        self.fragments: dict[Any, tuple[str, str, str, str]] = {}


class Raw(NamedTuple):
    """The queue holds plain tuples of this shape: making one of those is a third of the cost."""

    ts: float
    context: Context
    logger: Any = None
    level: Any = None
    event: Any = None
    status: Any = None
    company_id: Any = None
    duration_ms: Any = None
    error_code: Any = None
    error_msg: Any = None
    vendor: Any = None
    model: Any = None
    cost_usd: Any = None
    tokens_input: Any = None
    tokens_output: Any = None
    trace_id: Any = None
    extra: dict[str, Any] | None = None

    def fields(self) -> dict[str, Any]:
        """The event under the names of the log format, level and logger filled in, a given `extra=` unfolded."""
        values = self._asdict()
        if self.extra and isinstance(given := self.extra.get("extra"), dict):
            values["extra"] = {**{key: value for key, value in self.extra.items() if key != "extra"}, **given}
        del values["context"]
        place = self.context
        values.update(tenant_id=place.tenant_id, run_id=place.run_id, stage=place.stage)
        values["level"] = level_of(self.level, self.status)
        values["logger"] = logger_of(self.logger, self.event, place)
        return values


def level_of(level: Any, status: Any) -> Any:
    """The level given, or the one that goes with the status."""
    return level or (LEVELS.get(status, "INFO") if isinstance(status, str) else "INFO")


def logger_of(logger: Any, event: Any, context: Context) -> Any:
    """The logger given, or the one that goes with the event and its place."""
    return logger or (LOGGERS.get(event, context.logger) if isinstance(event, str) else context.logger)
