"""`with run.stage('crawl', planned=190) as stage`: a stage of a run, from stage_start to stage_finish."""

from __future__ import annotations

from time import perf_counter_ns
from types import TracebackType
from typing import TYPE_CHECKING, Any

from . import errors
from .item import Item, VendorCall
from .place import Place
from .raw import Context

if TYPE_CHECKING:
    from .runs import AttachedRun


class Stage(Place):
    """`status` may be set inside; else an exception makes it error, and without one the database judges by the items.

    `expected_events` tells the database how many events to wait for before it calls the stage complete; what this
    process has logged is counted by itself, so only what other processes log in the stage needs saying.

    A stage whose `lifecycle` is off belongs to somebody else, who starts and finishes it.
    """

    __slots__ = ("_began", "_lifecycle", "expected_events", "planned", "status")

    def __init__(self, run: AttachedRun, name: str, planned: int | None, lifecycle: bool) -> None:
        super().__init__(run._client, Context(run.tenant_id, run.run_id, name, "obs.stage"))
        self._lifecycle = lifecycle
        self._began = perf_counter_ns()
        self.planned = planned
        self.expected_events: int | None = None
        self.status: str | None = None

    @property
    def name(self) -> str:
        return str(self._context.stage)

    def item(self, company_id: str | int | None = None, **extra: Any) -> Item:
        """One company's way through the stage."""
        return Item(self, company_id, extra)

    def vendor_call(
        self, vendor: str, *, company_id: str | int | None = None, model: str | None = None, **extra: Any
    ) -> VendorCall:
        """One call of a vendor: its duration, cost, tokens and outcome."""
        return VendorCall(self, vendor, company_id, model, extra)

    def retry(
        self,
        company_id: str | int | None = None,
        error_code: str | None = None,
        error_msg: str | None = None,
        **extra: Any,
    ) -> None:
        """Note that an attempt failed and another one follows."""
        self.log("retry", "retry", company_id, None, error_code, error_msg, **extra)

    def __enter__(self) -> Stage:
        self._began = perf_counter_ns()
        if self._lifecycle:
            self.put(_known(planned=self.planned), event="stage_start", status="running")
        self._enter_place()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave_place()
        if self._lifecycle:
            status = self.status or outcome(failure)
            extra = _known(expected_events=self.expected_events)
            duration = (perf_counter_ns() - self._began) // 1_000_000
            code, msg = why(failure)
            self.put(extra, event="stage_finish", status=status, duration_ms=duration, error_code=code, error_msg=msg)
        self._client.settle()

    def __reduce__(self) -> tuple[Any, ...]:
        return _attach_stage, (self.tenant_id, self.run_id, self.name)


def outcome(failure: BaseException | None) -> str | None:
    """The status an exception leaves behind; without one the database judges."""
    if failure is None or (isinstance(failure, SystemExit) and not failure.code):
        return None
    interrupted = isinstance(failure, KeyboardInterrupt | GeneratorExit) or type(failure).__name__ == "CancelledError"
    return "cancelled" if interrupted else "error"


def why(failure: BaseException | None) -> tuple[str | None, str | None]:
    """Error code and message of an exception."""
    if failure is None or outcome(failure) is None:
        return None, None
    return errors.code(failure), errors.message(failure)


def _known(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _attach_stage(tenant_id: Any, run_id: Any, name: str) -> Stage:
    from . import attach

    return attach(tenant_id, run_id).stage(name)
