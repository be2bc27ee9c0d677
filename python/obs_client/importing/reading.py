"""The lines of a set of files in the order of their times, each with the event id it is known by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice
from json import JSONDecodeError, JSONDecoder
from typing import Any, NamedTuple

from ..ids import line_id
from .files import LONGEST_LINE, LogFile, LogFileError

Event = dict[str, Any]

LOOKED_AT = 2_000  # lines a file has to show at least one event in
COMPARED = 250_000  # lines between two equal ones: those further apart count as one

_decode = JSONDecoder(parse_float=Decimal).raw_decode


class Line(NamedTuple):
    """A line and its event; `bad` says why there is none."""

    file: LogFile
    number: int
    text: bytes
    event: Event
    bad: str | None = None


def parse(line: bytes) -> Event:
    """The JSON object of a line; ValueError says what else it is."""
    if len(line) > LONGEST_LINE:
        raise ValueError(f"longer than {LONGEST_LINE >> 20} MB")
    try:
        text = line.decode().strip()
    except UnicodeDecodeError:
        text = line.decode("utf-8", "replace").strip()
    try:
        event, end = _decode(text)
    except JSONDecodeError:
        raise ValueError("not valid JSON") from None
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if end != len(text):
        raise ValueError("not valid JSON")
    if not isinstance(event, dict):
        raise ValueError("not a JSON object")
    return event


def in_order(files: Sequence[LogFile]) -> list[LogFile]:
    """The files by the time of their first event, pipes last; LogFileError when one is no log file."""
    for file in files:
        file.check()
    return [file for _, file in sorted(((_first_time(file), file) for file in files), key=lambda pair: pair[0])]


def read(file: LogFile) -> Iterator[Line]:
    """Every line but the empty ones, and but the half line before the end of a damaged file."""
    for number, text in enumerate(file.lines(), 1):
        why: str | None = None
        event: Event = {}
        try:
            event = parse(text)
            if event.get("run_id") in (None, ""):
                why = "no run_id"
        except ValueError as error:
            if not text.strip() or (file.unended and file.broken):
                continue
            why = "incomplete: still being written, or cut off" if file.unended else str(error)
        yield Line(file, number, text, event, why)


class Occurrences:
    """Numbers equal lines, so that each has an event id of its own and keeps it at every import.

    Equal lines of different files are one and the same event, except on both sides of a rotation: when a file begins
    with the line that the file before ended with, the numbers go on.
    """

    def __init__(self) -> None:
        self._recent: dict[str, int] = {}
        self._older: dict[str, int] = {}
        self._first: bytes | None = None
        self._last: bytes | None = None
        self._begun = False

    def begin_file(self) -> None:
        self._begun = False

    def event_id(self, line: bytes) -> str:
        """The id of the next line of the current file."""
        found = line_id(line)
        if not self._begun:
            goes_on = self._last is not None and line == self._last != self._first
            self._recent, self._older = ({found: self._seen(found)} if goes_on else {}), {}
            self._begun, self._first = True, line
        self._last = line
        number = self._seen(found)
        if len(self._recent) >= COMPARED:
            self._recent, self._older = {}, self._recent
        self._recent[found] = number + 1
        return line_id(line, number) if number else found

    def _seen(self, found: str) -> int:
        return self._recent.get(found, 0) or self._older.get(found, 0)


def _first_time(file: LogFile) -> tuple[bool, str]:
    if file.is_stream:
        return True, ""
    seen = 0
    for line in islice(read(file), LOOKED_AT):
        seen += 1
        if line.bad is None and "event" in line.event:
            return False, str(line.event.get("ts"))
    if seen:
        raise LogFileError(
            f"{file.name} is not a log of obs: none of its first lines is a JSON object with an event and a run_id"
        )
    return False, ""
