"""The stdlib's logging as a way in, and out to PRD-shaped lines.

logging.getLogger("obs.vendor").info("vendor_call", extra={"vendor": "tavily", "status": "success", …})
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from . import errors, events
from .notices import LOGGER
from .place import current
from .raw import Context, Raw

if TYPE_CHECKING:
    from .client import Client

LOGGERS = ("obs.run", "obs.stage", "obs.vendor", "obs.qa")
_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
_FIELDS = frozenset(Raw._fields) - {"ts", "context", "logger", "level", "extra"}
_PLACE = ("tenant_id", "run_id", "stage")


class ObsHandler(logging.Handler):
    """Turns records into events of the logger they came from; attach it to the logger `obs`.

    The message is the event's name; fields of the log format given by `extra=` are fields, everything else goes
    into the event's `extra`. Tenant, run and stage are those of the surrounding `with run` or `with stage`
    unless given.
    """

    def __init__(self, client: Client | None = None, level: int = logging.NOTSET) -> None:
        super().__init__(level)
        self._client = client

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.split(".", 1)[0] == LOGGER:
            return
        try:
            from . import get_client

            queue = (self._client or get_client()).queue
            raw = as_raw(record)
            if len(queue.events) < queue.room:
                queue.append(raw)
            else:
                queue.enter(raw)
        except Exception:
            self.handleError(record)


class JsonFormatter(logging.Formatter):
    """Formats a record as one line of the log format, masked, for any handler that writes to a file."""

    def format(self, record: logging.LogRecord) -> str:
        return events.as_line(events.masked(events.mend(as_raw(record).fields()))).rstrip("\n")


def as_raw(record: logging.LogRecord) -> Raw:
    """The event that a record stands for."""
    given = {key: value for key, value in record.__dict__.items() if key not in _STANDARD}
    place = current.get()
    around = {name: getattr(place._context, name, None) for name in _PLACE} if place is not None else {}
    tenant_id, run_id, stage = (given.pop(name, None) or around.get(name) for name in _PLACE)
    context = Context(tenant_id, run_id, stage, record.name)
    nested = given.pop("extra", None)
    fields: dict[str, Any] = {name: given.pop(name) for name in tuple(given) if name in _FIELDS}
    fields.setdefault("event", record.getMessage())
    if record.exc_info and record.exc_info[1] is not None:
        fields.setdefault("error_code", errors.code(record.exc_info[1]))
        fields.setdefault("error_msg", errors.message(record.exc_info[1]))
    given.pop("logger", None)
    given.pop("level", None)
    extra = {**given, **nested} if isinstance(nested, dict) else given
    return Raw(record.created, context, record.name, record.levelname, **fields, extra=extra)
