"""`with obs.run(tenant_id) as run`: one execution for one tenant, from run_start to run_finish."""

from __future__ import annotations

import asyncio
from time import perf_counter_ns
from types import TracebackType
from typing import TYPE_CHECKING, Any

from .ids import uuid7
from .place import Place
from .raw import Context
from .stage import Stage, outcome, why
from .types import Advice

if TYPE_CHECKING:
    from .client import Client


class AttachedRun(Place):
    """A handle on a run that another process starts and finishes; inside `with` it is kept alive by heartbeats."""

    __slots__ = ()

    def __init__(self, client: Client, tenant_id: Any, run_id: Any) -> None:
        super().__init__(client, Context(tenant_id, run_id))

    def stage(self, name: str, planned: int | None = None, lifecycle: bool = False) -> Stage:
        """A stage that the run's owner starts and finishes; with `lifecycle` this process does."""
        return Stage(self, name, planned, lifecycle)

    def metric(self, name: str, value: float, reason: str = "") -> None:
        """Record one number of the run."""
        self.put({"name": name, "value": value, "reason": reason}, event="metric", status="success")

    def advice(self, vendor: str) -> Advice:
        """How to treat a vendor now. Asked as often as you like: it waits at most half a second, and only at first."""
        return self._client.adviser.ask(str(self.tenant_id), vendor, str(self.run_id))

    def __enter__(self) -> Any:
        self._client.open_runs[self] = (str(self.run_id), None if self.tenant_id is None else str(self.tenant_id))
        self._enter_place()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave_place()
        self._client.open_runs.pop(self, None)
        self._client.settle()

    def __reduce__(self) -> tuple[Any, ...]:
        from . import attach

        return attach, (self.tenant_id, self.run_id)


class Run(AttachedRun):
    """`status` may be set inside; else an exception makes it error, and without one the database judges by the stages.

    Leaving waits a bounded time for the database. In asyncio, `async with` waits without blocking the loop.
    """

    __slots__ = ("_began", "_beginning", "status", "trace_id")

    def __init__(
        self,
        client: Client,
        tenant_id: Any,
        kind: str,
        run_id: Any,
        trace_url: str | None,
        trace_id: str | None,
        meta: dict[str, Any] | None,
        numbers: dict[str, Any],
    ) -> None:
        super().__init__(client, tenant_id, uuid7() if run_id is None else run_id)
        beginning: dict[str, Any] = {"kind": kind, "langsmith_trace_url": trace_url, "meta": meta, **numbers}
        self._beginning = {key: value for key, value in beginning.items() if value is not None}
        self._began = perf_counter_ns()
        self.status: str | None = None
        self.trace_id = trace_id

    def stage(self, name: str, planned: int | None = None, lifecycle: bool = True) -> Stage:
        """A stage of this run."""
        return Stage(self, name, planned, lifecycle)

    def __enter__(self) -> Run:
        self._began = perf_counter_ns()
        self.put(self._beginning, event="run_start", status="running", trace_id=self.trace_id)
        super().__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._finish(failure)
        self._client.flush(self._client.settings.run_timeout, patient=False)

    async def __aenter__(self) -> Run:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._finish(failure)
        await asyncio.to_thread(self._client.flush, self._client.settings.run_timeout, False)

    def _finish(self, failure: BaseException | None) -> None:
        code, msg = why(failure)
        self.put(
            event="run_finish",
            status=self.status or outcome(failure),
            duration_ms=(perf_counter_ns() - self._began) // 1_000_000,
            error_code=code,
            error_msg=msg,
            trace_id=self.trace_id,
        )
        super().__exit__(None, None, None)
