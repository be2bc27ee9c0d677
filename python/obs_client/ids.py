"""Identifiers made off the database: run ids, producers and event ids."""

from __future__ import annotations

import hashlib
import os
import time


def uuid7() -> str:
    """A UUID version 7 as text: ordered by the millisecond it was made in."""
    number = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    return _uuid(number, 7)


def new_producer() -> str:
    """Eight random bytes in hex: the name of one process's stream of events."""
    return os.urandom(8).hex()


def event_id_prefix(producer: str) -> str:
    """All of an event id but its last 12 digits, which are `seq` in hex.

    A UUID version 8 holds the producer's 64 bits around the version and variant bits, so the ids of one
    producer are neighbours in an index and grow with `seq`.
    """
    return f"{producer[:8]}-{producer[8:12]}-8{producer[12:15]}-800{producer[15]}-"


def line_id(line: bytes, occurrence: int = 0) -> str:
    """The event id of a log line that carries none: the same line of the same log always gets the same id.

    `occurrence` tells apart lines that are equal byte for byte: 0 for the first one in the log, and so on.
    """
    digest = hashlib.sha256(line.rstrip(b"\r\n") + b"\n%d" % occurrence).digest()
    return _uuid(int.from_bytes(digest[:16], "big"), 8)


def _uuid(number: int, version: int) -> str:
    number = number & ~(0xF << 76) | version << 76
    number = number & ~(0x3 << 62) | 0x2 << 62
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
