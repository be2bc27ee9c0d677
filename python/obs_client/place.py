"""What a run and a stage have in common: a place to log events into."""

from __future__ import annotations

import contextlib
from contextvars import ContextVar, Token
from time import time
from typing import TYPE_CHECKING, Any

from .raw import Context, Raw

if TYPE_CHECKING:
    from .client import Client

_MUTABLE: frozenset[Any] = frozenset((list, dict, set))

current: ContextVar[Place | None] = ContextVar("obs_place", default=None)


class Place:
    """A run or stage handle. It may be shared by threads; `log` never blocks and never raises."""

    __slots__ = ("_client", "_context", "_queue", "_token")

    def __init__(self, client: Client, context: Context) -> None:
        self._client = client
        self._context = context
        self._queue = client.queue
        self._token: Token[Place | None] | None = None

    @property
    def tenant_id(self) -> Any:
        return self._context.tenant_id

    @property
    def run_id(self) -> Any:
        return self._context.run_id

    def log(
        self,
        event: str,
        status: str | None = None,
        company_id: str | int | None = None,
        duration_ms: float | None = None,
        error_code: str | None = None,
        error_msg: str | None = None,
        vendor: str | None = None,
        model: str | None = None,
        cost_usd: Any = None,
        tokens_input: int | None = None,
        tokens_output: int | None = None,
        trace_id: str | None = None,
        *,
        level: str | None = None,
        logger: str | None = None,
        **extra: Any,
    ) -> None:
        """Log one event; other keyword arguments go into `extra`. Values are read later, by another thread."""
        if extra:
            detach(extra)
        raw = (
            time(),
            self._context,
            logger,
            level,
            event,
            status,
            company_id,
            duration_ms,
            error_code,
            error_msg,
            vendor,
            model,
            cost_usd,
            tokens_input,
            tokens_output,
            trace_id,
            extra,
        )
        queue = self._queue
        if len(queue.events) < queue.room:
            queue.append(raw)
        else:
            queue.enter(raw)

    def put(self, extra: dict[str, Any] | None = None, **fields: Any) -> None:
        """Log one event whose `extra` may hold any key."""
        if extra:
            detach(extra)
        raw = Raw(time(), self._context, **fields, extra=extra)
        queue = self._queue
        if len(queue.events) < queue.room:
            queue.append(raw)
        else:
            queue.enter(raw)

    def _enter_place(self) -> None:
        self._token = current.set(self)

    def _leave_place(self) -> None:
        if self._token is not None:
            with contextlib.suppress(ValueError):  # left in another context than entered: nothing to restore here
                current.reset(self._token)
            self._token = None


def detach(extra: dict[str, Any]) -> None:
    """Copy containers, one level deep, that the caller may go on changing."""
    for key, value in extra.items():
        if value.__class__ in _MUTABLE:
            extra[key] = value.copy()
