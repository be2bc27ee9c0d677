"""Log files looked through with the client's redaction: what it would have changed stands there raw.

Line by line, at most 64 kB at a time, so a file of any size needs no memory. A finding names file, line and kind,
never a value. What cannot be read is named, and the audit goes on with the next file; it is not clean then. Canaries
say first whether the rules are on at all.
"""

from __future__ import annotations

import errno
import gzip
import json
import os
import re
import stat
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

from . import formats
from .log_canaries import PLANTED, missed_canaries
from .redact import redact_extra, redact_id, redact_text

PIECE = 65_536
STEP, OVERLAP = 2_700, 300
EXAMPLES = 100
_MASK = re.compile(r"(email|phone|card|iban|ssn|secret|number):masked")
_IDENTIFIER = re.compile(r"[A-Za-z0-9_.:/+-]{0,64}\Z")


class LogAuditError(Exception):
    """There is nothing by that name to look through; the message says which."""


class UnreadError(Exception):
    """A file that cannot be looked through, or not to its end; the message says why."""


@dataclass
class LogReport:
    """What was looked through, what stood there raw, and what could not be read."""

    files: int = 0
    lines: int = 0
    bytes: int = 0
    findings_total: int = 0
    findings: list[dict[str, Any]] = field(default_factory=list)
    unread_total: int = 0
    unread: list[str] = field(default_factory=list)
    planted: int = 0
    missed: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        if self.findings_total or self.missed:
            return "dirty"
        return "incomplete" if self.unread_total else "clean"

    def leave(self, path: object, why: str) -> None:
        """Name what was not read."""
        self.unread_total += 1
        if len(self.unread) < EXAMPLES:
            self.unread.append(f"{path}: {why}")


def check(names: list[str]) -> list[Path]:
    """The directories or files of those names; raises LogAuditError when there is none."""
    for name in names:
        if not name.strip():
            raise LogAuditError("--logs is empty: it takes a directory (is a variable not set?)")
        if not os.path.lexists(name):
            raise LogAuditError(f"there is no {name}: --logs takes a directory")
    return [Path(name) for name in names]


def audit_logs(directories: list[Path], seed: str) -> LogReport:
    """Look through every file below the directories; a path of a file is that file."""
    report = LogReport(planted=PLANTED, missed=missed_canaries(seed))
    for directory in directories:
        before = report.files + report.unread_total
        for path in _files(directory, report):
            try:
                _look(path, report)
                report.files += 1
            except UnreadError as error:
                report.leave(path, str(error))
        if report.files + report.unread_total == before:
            report.leave(directory, "there is no file in it")
    return report


def _files(directory: Path, report: LogReport) -> Iterator[Path]:
    """The files below; pipes, sockets and devices hold no lines, anything else that is left out is told."""
    if not directory.is_dir():
        yield directory
        return

    def refused(error: OSError) -> None:
        report.leave(error.filename, error.strerror or str(error))

    for place, folders, names in os.walk(directory, onerror=refused):
        folders.sort()
        for name in folders:
            if (folder := Path(place, name)).is_symlink():
                report.leave(folder, "a link to a directory is not followed: name it with --logs")
        for name in sorted(names):
            path = Path(place, name)
            try:
                mode = path.stat().st_mode
            except OSError as error:
                report.leave(path, _why(error))
                continue
            if stat.S_ISREG(mode):
                yield path


def _why(error: OSError) -> str:
    if error.errno == errno.ENOENT:
        return "it is gone, or a link that leads nowhere"
    return error.strerror or str(error)


def _look(path: Path, report: LogReport) -> None:
    try:
        with path.open("rb") as raw:
            head = raw.peek(8)
            if packed := formats.packed_as(head):
                raise UnreadError(f"it is {packed}: only plain and gzip files are read, unpack it first")
            with cast(Any, gzip.open(raw)) if head.startswith(formats.GZIP) else raw as file:
                if formats.is_utf16(file.peek(4096)[:4096]):
                    raise UnreadError("it is in UTF-16: save it as UTF-8")
                _look_at(path, file, report)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise UnreadError("it cannot be read to its end: the gzip file is cut or damaged") from None
    except OSError as error:
        raise UnreadError(_why(error)) from None


def _look_at(path: Path, file: BinaryIO, report: LogReport) -> None:
    number = 1
    rest = b""
    told: set[str] = set()
    while piece := file.readline(PIECE):
        report.bytes += len(piece)
        text = (rest + piece).decode("utf-8", "replace").rstrip("\r\n")
        for kind in sorted(set(raw_kinds(text)) - told):
            told.add(kind)
            report.findings_total += 1
            if len(report.findings) < EXAMPLES:
                report.findings.append({"file": str(path), "line": number, "kind": kind})
        # What lies across the cut is looked at with the next piece.
        rest = b"" if piece.endswith(b"\n") else piece[-OVERLAP:]
        if not rest:
            number += 1
            told.clear()
    report.lines += number - (not rest)


def raw_kinds(line: str) -> list[str]:
    """What kinds of raw data a line holds; a line of JSON is looked at value by value."""
    try:
        value = json.loads(line) if line.startswith("{") else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        return [kind] if (kind := _text_kind(line)) else []
    kinds = {kind for text in _texts(value) if (kind := _text_kind(text))}
    extra = value.get("extra")
    if not kinds and isinstance(extra, dict) and redact_extra(extra, frozenset(_keys(extra))) != extra:
        kinds.add("extra")
    return sorted(kinds)


def _text_kind(text: str) -> str | None:
    redact = redact_id if _IDENTIFIER.match(text) else redact_text
    for start in range(0, max(len(text), 1), STEP):
        piece = text[start : start + STEP + OVERLAP]
        if (out := redact(piece)) != piece:
            more = Counter(_MASK.findall(out)) - Counter(_MASK.findall(piece))
            return min(more) if more else "text"
    return None


def _texts(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            yield from one
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner)
