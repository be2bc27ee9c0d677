"""The smallest contexts: one company in a stage, one call of a vendor."""

from __future__ import annotations

from time import perf_counter_ns
from types import TracebackType
from typing import TYPE_CHECKING, Any

from . import errors

if TYPE_CHECKING:
    from .stage import Stage


class Timed:
    """Measures its own time by the monotonic clock; an exception, or `error()`, makes it a failure."""

    __slots__ = ("_began", "_stage", "company_id", "error_code", "error_msg", "extra", "trace_id")

    def __init__(self, stage: Stage, company_id: str | int | None, extra: dict[str, Any]) -> None:
        self._stage = stage
        self._began = perf_counter_ns()
        self.company_id = company_id
        self.extra = extra
        self.error_code: str | None = None
        self.error_msg: str | None = None
        self.trace_id: str | None = None

    def error(self, code: str, msg: str | None = None) -> None:
        """A failure that is no exception."""
        self.error_code, self.error_msg = code, msg

    def set(self, **extra: Any) -> None:
        """Add to the event's `extra`."""
        self.extra.update(extra)

    def _duration(self, failure: BaseException | None) -> int:
        """Milliseconds since the beginning; notes what the exception says unless the caller has said more."""
        elapsed = (perf_counter_ns() - self._began + 500_000) // 1_000_000
        if failure is not None and self.error_code is None:
            self.error_code, self.error_msg = errors.code(failure), errors.message(failure)
        return elapsed


class Item(Timed):
    """`with stage.item(company_id) as item`: one stage item, counted as success or error when it is left."""

    __slots__ = ()

    def __enter__(self) -> Item:
        self._began = perf_counter_ns()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        duration = self._duration(failure)
        failed = self.error_code is not None
        self._stage.put(
            self.extra,
            event="error" if failed else "finish",
            status="error" if failed else "success",
            company_id=self.company_id,
            duration_ms=duration,
            error_code=self.error_code,
            error_msg=self.error_msg,
            trace_id=self.trace_id,
        )

    def retry(self, error_code: str | None = None, error_msg: str | None = None, **extra: Any) -> None:
        """Note that an attempt failed and another one follows; not an item of its own."""
        self._stage.retry(self.company_id, error_code, error_msg, **extra)

    def vendor_call(self, vendor: str, model: str | None = None, **extra: Any) -> VendorCall:
        """A vendor call for this company."""
        return VendorCall(self._stage, vendor, self.company_id, model, extra)


class VendorCall(Timed):
    """`with stage.vendor_call('openai', model=…) as call`: one call, a retry being a call of its own."""

    __slots__ = ("cost_usd", "model", "tokens_input", "tokens_output", "vendor")

    def __init__(
        self, stage: Stage, vendor: str, company_id: str | int | None, model: str | None, extra: dict[str, Any]
    ) -> None:
        super().__init__(stage, company_id, extra)
        self.vendor = vendor
        self.model = model
        self.cost_usd: Any = None
        self.tokens_input: int | None = None
        self.tokens_output: int | None = None

    def __enter__(self) -> VendorCall:
        self._began = perf_counter_ns()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        duration = self._duration(failure)
        self._stage.put(
            self.extra,
            event="vendor_call",
            status="success" if self.error_code is None else "error",
            company_id=self.company_id,
            duration_ms=duration,
            error_code=self.error_code,
            error_msg=self.error_msg,
            vendor=self.vendor,
            model=self.model,
            cost_usd=self.cost_usd,
            tokens_input=self.tokens_input,
            tokens_output=self.tokens_output,
            trace_id=self.trace_id,
        )

    def tokens(self, input: int | None, output: int | None, cached: int = 0, reasoning: int = 0) -> None:
        """Tokens of the call; cached ones are part of the input, reasoning ones part of the output."""
        self.tokens_input, self.tokens_output = input, output
        if cached:
            self.extra["tokens_cached"] = cached
        if reasoning:
            self.extra["tokens_reasoning"] = reasoning
