"""From what a caller appended to the queue to its two forms: the spool line and the row of the batch.

Most events are clean, and each is rendered by two format strings over remembered fragments. Anything else (a wrong
type, dirty text, an unusual value) takes the long way through `events.mend`, which has the same result for clean
events and a mended one for the rest.
"""

from __future__ import annotations

import time
from typing import Any

from . import events, pairs, redact, wire
from .ids import event_id_prefix, new_producer
from .raw import Context, Raw, level_of, logger_of
from .tally import Tally

NO_ERROR = ('"error_code": null, "error_msg": null', "\t")
NO_VENDOR = ('"vendor": null, "cost_usd": null, "tokens_input": null, "tokens_output": null', "", "\t\t\t\t")


class Renderer:
    """Numbers and renders the events of one producer; used by one thread at a time."""

    def __init__(self) -> None:
        self.producer = new_producer()
        self.seq = 0
        self._id_prefix = event_id_prefix(self.producer)
        self._words: dict[str, pairs.Pair] = {}
        self._identifiers: dict[Any, pairs.Pair] = {}
        self._tally = Tally()
        self._calls: dict[tuple[Any, Any], tuple[str, str, str]] = {}
        self._second: int | None = None
        self._millisecond: int | None = None
        self._clock = self._stamp = ""

    def render(self, raw: tuple[Any, ...]) -> tuple[str, str]:
        """The line for the spool, masked, and the row for the wire, as it was given."""
        self.seq += 1
        raw = self._tally.count(raw)
        try:
            return self._fast(*raw)
        except Exception:
            return self._slow(Raw._make(raw))

    def skip(self, dropped: list[Context]) -> None:
        """Leave a gap in `seq` for events that were dropped: the database can tell that they are missing."""
        self.seq += len(dropped)
        for context in dropped:
            self._tally.add(context)

    def _fast(
        self,
        ts: float,
        context: Context,
        logger: Any,
        level: Any,
        event: Any,
        status: Any,
        company_id: Any,
        duration_ms: Any,
        error_code: Any,
        error_msg: Any,
        vendor: Any,
        model: Any,
        cost_usd: Any,
        tokens_input: Any,
        tokens_output: Any,
        trace_id: Any,
        extra: dict[str, Any] | None,
    ) -> tuple[str, str]:
        fragments = context.fragments.get((logger, level, event, status))
        line_head, line_event, row_head, row_event = fragments or self._fragments(context, logger, level, event, status)
        clock = self._timestamp(ts)
        line_company, row_company = pairs.NOTHING if company_id is None else self._identifier(company_id)
        line_trace, row_trace = pairs.NOTHING if trace_id is None else self._identifier(trace_id)
        line_duration, row_duration = pairs.NOTHING if duration_ms is None else pairs.count(duration_ms)
        line_error, row_error = NO_ERROR
        if error_code is not None or error_msg is not None:
            (line_code, row_code), (line_msg, row_msg) = self._word(error_code), pairs.text(error_msg)
            line_error, row_error = f'"error_code": {line_code}, "error_msg": {line_msg}', f"{row_code}\t{row_msg}"
        line_vendor, line_model, row_vendor = NO_VENDOR
        if not (vendor is model is cost_usd is tokens_input is tokens_output is None):
            line_vendor, line_model, row_vendor = self._vendor(vendor, model, cost_usd, tokens_input, tokens_output)
        line_extra, row_extra = pairs.extra(extra) if extra else ("", "")
        identity = f"{self._id_prefix}{self.seq:012x}"
        row = (
            f"{clock}\t{row_head}\t{row_company}\t{row_event}\t{row_duration}\t{row_error}\t{row_vendor}\t"
            f"{row_trace}\t{identity}\t{self.producer}\t{self.seq}\t{row_extra}"
        )
        if not row.isascii():
            row.encode()
        if "\\" in row or "\n" in row or "\r" in row or "\0" in row or row.count("\t") != wire.TABS:
            raise pairs.Unclean
        line = (
            f'{{"ts": "{clock}", {line_head}, "company_id": {line_company}, {line_event}, '
            f'"duration_ms": {line_duration}, {line_error}, {line_vendor}, "trace_id": {line_trace}{line_extra}'
            f'{line_model}, "event_id": "{identity}", "producer": "{self.producer}", "seq": {self.seq}}}\n'
        )
        return line, row

    def _slow(self, raw: Raw) -> tuple[str, str]:
        identity = {"event_id": f"{self._id_prefix}{self.seq:012x}", "producer": self.producer, "seq": self.seq}
        mended = events.mend({**raw.fields(), **identity, "ts": self._timestamp(raw.ts)})
        return events.as_line(events.masked(mended)), wire.encode(mended)

    def _fragments(self, context: Context, *key: Any) -> tuple[str, str, str, str]:
        """Head and event of line and row, for this combination of logger, level, event and status."""
        logger, level, event, status = key
        words = [self._word(word) for word in (level_of(level, status), logger_of(logger, event, context))]
        places = [self._identifier(place) for place in (context.tenant_id, context.run_id, context.stage)]
        (line_name, row_name), (line_status, row_status) = self._word(event), self._word(status)
        names = ("level", "logger", "tenant_id", "run_id", "stage")
        made = (
            ", ".join(f'"{name}": {pair[0]}' for name, pair in zip(names, words + places, strict=True)),
            f'"event": {line_name}, "status": {line_status}',
            "\t".join(pair[1] for pair in words + places),
            f"{row_name}\t{row_status}",
        )
        if len(context.fragments) < pairs.MEMO_LIMIT:
            context.fragments[key] = made
        return made

    def _vendor(self, vendor: Any, model: Any, cost: Any, tokens_in: Any, tokens_out: Any) -> tuple[str, str, str]:
        line_vendor, line_model, row_names = self._calls.get((vendor, model)) or self._names(vendor, model)
        line_cost, row_cost = pairs.NOTHING if cost is None else pairs.cost(cost)
        line_in, row_in = pairs.NOTHING if tokens_in is None else pairs.count(tokens_in)
        line_out, row_out = pairs.NOTHING if tokens_out is None else pairs.count(tokens_out)
        return (
            f'"vendor": {line_vendor}, "cost_usd": {line_cost}, "tokens_input": {line_in}, "tokens_output": {line_out}',
            line_model,
            f"{row_names}\t{row_cost}\t{row_in}\t{row_out}",
        )

    def _names(self, vendor: Any, model: Any) -> tuple[str, str, str]:
        """What the line says of vendor and model, and the row of both."""
        (line_vendor, row_vendor), (line_model, row_model) = self._word(vendor), self._word(model)
        made = (line_vendor, f', "model": {line_model}' if row_model else "", f"{row_vendor}\t{row_model}")
        if len(self._calls) >= pairs.MEMO_LIMIT:
            self._calls.clear()
        if len(row_vendor) + len(row_model) <= pairs.MEMO_LENGTH:
            self._calls[vendor, model] = made
        return made

    def _timestamp(self, ts: float) -> str:
        millisecond = int(ts * 1000)
        if millisecond != self._millisecond:
            second = millisecond // 1000
            if second != self._second:
                self._clock = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
                self._second = second
            self._stamp = f"{self._clock}.{millisecond % 1000:03d}Z"
            self._millisecond = millisecond
        return self._stamp

    def _word(self, value: Any) -> tuple[str, str]:
        """A value from a small vocabulary."""
        return pairs.remembered(self._words, value, redact.redact_id) if value else pairs.nothing(value)

    def _identifier(self, value: Any) -> tuple[str, str]:
        """A value that names one thing; the same one is likely to come again soon."""
        if type(value) is int:
            value = str(value)
        return pairs.remembered(self._identifiers, value, redact.redact_id) if value else pairs.nothing(value)
