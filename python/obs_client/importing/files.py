"""One log file, plain or gzip: its lines as bytes, whatever its name, its end or its damage."""

from __future__ import annotations

import gzip
import io
import os
import stat
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from .. import formats

BLOCK = 1 << 20
LONGEST_LINE = 16 << 20
STANDARD_INPUT = "-"

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class LogFileError(Exception):
    """A file that cannot be a log file; the sentence says which and why."""


class LogFile:
    """`lines()` reads it once; what was wrong with it stands in `broken` and `unended` afterwards."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = path
        self.name = "standard input" if path == STANDARD_INPUT else str(path)
        self.broken: str | None = None  # why the rest of it could not be read
        self.unended = False  # the last line has no line end
        self._advanced: Callable[[int], None] | None = None

    @property
    def is_stream(self) -> bool:
        """A pipe: it can be read once, and only from its start."""
        return self.path == STANDARD_INPUT or not stat.S_ISREG(os.stat(self.path).st_mode)

    def size(self) -> int:
        return 0 if self.is_stream else os.stat(self.path).st_size

    def watch(self, advanced: Callable[[int], None]) -> None:
        """Have `advanced` told of each piece of the file read, in bytes on the disk."""
        self._advanced = advanced

    def check(self) -> None:
        """Raise LogFileError for what certainly is no readable file of lines."""
        if self.path == STANDARD_INPUT:
            return
        path = Path(self.path)
        try:
            if path.is_dir():
                raise LogFileError(f"{self.name} is a directory: name the log files in it")
            if not self.is_stream:  # opening a pipe to look at it would take it away from its writer
                with open(path, "rb") as file:
                    self._refuse_other_formats(file.peek(8)[:8])
        except FileNotFoundError:
            raise LogFileError(f"{self.name}: no such file") from None
        except PermissionError:
            raise LogFileError(f"{self.name} may not be read by this user: check its permissions") from None
        except OSError as error:
            raise LogFileError(f"{self.name} cannot be read: {error.strerror or error}") from None

    def lines(self) -> Iterator[bytes]:
        """The lines without their ends. A line of more than LONGEST_LINE comes cut; the empty ones come too."""
        self.broken, self.unended = None, False
        rest, skipping, first = b"", False, True
        for block in self._blocks():
            if first and block:
                block, first = block.removeprefix(_BYTE_ORDER_MARK), False
            *lines, last = block.split(b"\n")
            if lines:
                if not skipping:
                    yield rest + lines[0]
                yield from lines[1:]
                rest, skipping = last, False
            elif not skipping:
                rest += last
            if len(rest) > LONGEST_LINE:
                yield rest[: LONGEST_LINE + 1]
                rest, skipping = b"", True
        if rest:
            self.unended = True
            yield rest

    def _blocks(self) -> Iterator[bytes]:
        raw: io.BufferedReader
        with _standard_input() if self.path == STANDARD_INPUT else open(self.path, "rb") as raw:
            head = raw.peek(8)[:8]
            self._refuse_other_formats(head)
            stream = gzip.GzipFile(fileobj=raw) if head.startswith(formats.GZIP) else raw
            position, watched = 0, self._advanced if not self.is_stream else None
            while block := self._read(stream):
                if watched:
                    watched(raw.tell() - position)
                    position = raw.tell()
                yield block

    def _read(self, stream: gzip.GzipFile | io.BufferedReader) -> bytes:
        try:
            return stream.read1(BLOCK)
        except EOFError:
            self.broken = "its compressed data ends early"
        except (gzip.BadGzipFile, zlib.error):
            self.broken = "its compressed data is damaged"
        except OSError as error:
            self.broken = f"reading failed: {error.strerror or error}"
        return b""

    def _refuse_other_formats(self, head: bytes) -> None:
        if packed := formats.packed_as(head):
            raise LogFileError(f"{self.name} is {packed}: only plain and gzip log files are read, unpack it first")
        if formats.is_utf16(head):
            raise LogFileError(f"{self.name} is in UTF-16: a log of obs is in UTF-8, save it so")


def _standard_input() -> io.BufferedReader:
    return open(sys.stdin.fileno(), "rb", closefd=False)
