"""What the threads count; each number is written by one thread only."""

from __future__ import annotations

from dataclasses import dataclass, field

from .types import Counts


@dataclass
class Counters:
    spooled: int = 0
    unspooled: int = 0
    dropped: int = 0
    answered: Counts = field(default_factory=Counts)
    retries: int = 0
    last_error: str | None = None
