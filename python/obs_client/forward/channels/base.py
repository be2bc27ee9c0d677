"""What every channel does, and how it says that it could not."""

from __future__ import annotations

import datetime
import email.utils
import hashlib
from dataclasses import dataclass
from typing import Any, Protocol

Message = dict[str, Any]
Ref = dict[str, Any]

LONGEST_WAIT = 6 * 3600.0


@dataclass(frozen=True)
class Sent:
    """The receiver has it; `external_ref` is what it calls the thread, None when there is nothing to remember."""

    external_ref: Ref | None = None


class Refused(Exception):
    """The receiver will not take it; `permanent`: not later either."""

    def __init__(self, reason: str, permanent: bool = True) -> None:
        super().__init__(reason)
        self.permanent = permanent


class TryLater(Exception):
    """The receiver cannot take it now; `retry_after` seconds when it said how long.

    `perhaps_sent`: it may have got it all the same.
    """

    def __init__(self, reason: str, retry_after: float | None = None, perhaps_sent: bool = False) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.perhaps_sent = perhaps_sent


class Channel(Protocol):
    """One way out. `deliver` is called by one thread, and returns or raises well within a lease.

    A message is the database's, with thread_key, ticket_key, tenant_id and attempts of its notification added. The
    same idempotency_key may come again when it is not known whether the receiver had it.
    """

    def deliver(self, message: Message, ref: Ref | None, idempotency_key: str) -> Sent: ...

    def close(self) -> None: ...


def retry_after(value: str | None, now: datetime.datetime | None = None) -> float | None:
    """Seconds of a Retry-After header, which holds seconds or a date; None when it holds neither."""
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            moment = email.utils.parsedate_to_datetime(value)
        except ValueError:
            return None
        seconds = (moment - (now or datetime.datetime.now(datetime.timezone.utc))).total_seconds()
    return min(max(seconds, 0.0), LONGEST_WAIT) if seconds == seconds else None


def installation(idempotency_key: str) -> str:
    """The part of the key that names the database: the same for all its notifications."""
    return idempotency_key.rpartition("-")[0]


def stable_id(message: Message, idempotency_key: str, which: str) -> str:
    """A short name, the same for all messages of a thread (`thread_key`) or ticket (`ticket_key`) of one database."""
    parts = (installation(idempotency_key), message.get("tenant_id") or "", str(message.get(which) or ""))
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:24]
