"""One log file of the spool, and the position beside it up to which the database has answered."""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
from pathlib import Path

READ_BYTES = 4 << 20


class SpoolFile:
    """One log file and its position. One thread appends, another reads back and confirms."""

    def __init__(self, path: Path, fd: int) -> None:
        self.path = path
        self.size = os.fstat(fd).st_size
        self.confirmed = min(position(path), self.size)
        self._fd = fd
        self._retired = False
        self._lock = threading.Lock()

    @classmethod
    def create(cls, path: Path) -> SpoolFile:
        path.parent.mkdir(parents=True, exist_ok=True)
        fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
        _lock(fd)
        return cls(path, fd)

    @classmethod
    def adopt(cls, path: Path) -> SpoolFile | None:
        """The file of a dead process, locked against other heirs; None when somebody has it."""
        try:
            fd = os.open(path, os.O_RDWR | os.O_APPEND)
        except OSError:
            return None
        if not _lock(fd):
            os.close(fd)
            return None
        return cls(path, fd)

    def append(self, data: bytes, fsync: bool = False) -> tuple[int, int]:
        """Write whole lines or nothing; returns where they stand. OSError leaves the file as it was."""
        start = self.size
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(self._fd, view) :]
            if fsync:
                os.fsync(self._fd)
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self._fd, start)
            raise
        self.size = start + len(data)
        return start, self.size

    def read_lines(self, start: int, end: int, limit: int) -> tuple[list[bytes], int]:
        """Up to `limit` lines of the range, and the offset behind them; a line without its end is the last one."""
        size = READ_BYTES
        while True:
            block = os.pread(self._fd, min(size, end - start), start)
            at_end = start + len(block) >= end or len(block) < min(size, end - start)
            *lines, rest = block.split(b"\n")
            if rest and at_end:
                lines.append(rest)
            if lines or at_end:
                lines = lines[:limit]
                return lines, min(end, start + sum(len(line) + 1 for line in lines)) if lines else end
            size *= 2

    def confirm(self, end: int) -> None:
        """Everything before `end` has been answered by the database."""
        with self._lock:
            self.confirmed = max(self.confirmed, end)
            with contextlib.suppress(OSError):
                _write_position(self.path, self.confirmed)
            self._close_when_done()

    def retire(self, whatever: bool = False) -> None:
        """No more lines will come: close when all of it is confirmed, or at once with `whatever`."""
        with self._lock:
            self._retired = True
            self._close_when_done(whatever)

    def abandon(self) -> None:
        """In a forked child: let go of the parent's file without touching its lock."""
        with contextlib.suppress(OSError):
            os.close(self._fd)
        self._fd = -1

    def _close_when_done(self, whatever: bool = False) -> None:
        if self._retired and self._fd >= 0 and (whatever or self.confirmed >= self.size):
            os.close(self._fd)
            self._fd = -1


def sidecar(path: Path) -> Path:
    return path.with_name(path.name + ".pos")


def position(path: Path) -> int:
    try:
        return int(sidecar(path).read_text())
    except (OSError, ValueError):
        return 0


def _write_position(path: Path, position: int) -> None:
    fd = os.open(sidecar(path), os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.pwrite(fd, b"%020d\n" % position, 0)
    finally:
        os.close(fd)


def _lock(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        pass  # a file system without locks: a replay may resend what the owner sends, which is harmless
    return True
