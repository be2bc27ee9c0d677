"""The values that pass between the rooms of the client, and out to its caller."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

Number = int | float | Decimal


class Row(NamedTuple):
    """One mended event, its fields in the order of the batch table (`wire.COLUMNS`)."""

    ts: str | None = None
    level: str | None = None
    logger: str | None = None
    tenant_id: str | None = None
    run_id: str | None = None
    stage: str | None = None
    company_id: str | None = None
    event: str | None = None
    status: str | None = None
    duration_ms: int | None = None
    error_code: str | None = None
    error_msg: str | None = None
    vendor: str | None = None
    model: str | None = None
    cost_usd: Number | None = None
    tokens_input: int | None = None
    tokens_output: int | None = None
    trace_id: str | None = None
    event_id: str | None = None
    producer: str | None = None
    seq: int | None = None
    extra: dict[str, Any] | None = None


class Counts(NamedTuple):
    """What the database did with a batch; `rejected` rows are those it refused one by one."""

    accepted: int = 0
    duplicate: int = 0
    quarantined: int = 0
    rejected: int = 0

    def plus(self, other: Counts) -> Counts:
        return Counts(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


@dataclass(frozen=True)
class Advice:
    """What to do about a vendor now; by default all is well."""

    batch_factor: float = 1.0  # share of the usual batch or parallelism
    skip: bool = False  # its quota is exhausted
    reason: str | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Stats:
    """What became of the events of this process so far."""

    queued: int  # waiting in memory for the writer thread
    spooled: int  # written to the spool
    unspooled: int  # kept in memory alone, because the spool could not be written
    sent: int  # answered by the database: accepted + duplicate + quarantined + rejected
    accepted: int
    duplicate: int
    quarantined: int
    rejected: int
    dropped: int  # lost: the queue was full, or the memory bound without a spool
    retries: int  # attempts to send that failed
    spool_bytes: int  # written and not yet answered by the database
    connected: bool
    last_error: str | None


@dataclass(frozen=True)
class ReplayResult:
    """What `obs.replay` found in the spools of dead processes."""

    files: int = 0
    lines: int = 0
    accepted: int = 0
    duplicate: int = 0
    quarantined: int = 0
    rejected: int = 0
    unreadable: int = 0  # lines that are no JSON object: the half line of a process that was killed
