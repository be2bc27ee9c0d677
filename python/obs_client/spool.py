"""The spool: log files of this process, written before anything is sent.

`obs-<pid>-<producer>.log` holds JSON lines; `<name>.pos` beside it the offset up to which the database has
answered. The owner holds a lock (flock) on its file for as long as it lives: an unlocked file with bytes beyond
its position belongs to a dead process, and `replay` sends exactly those bytes.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

from .settings import Settings
from .spool_file import SpoolFile, position, sidecar

NAME = re.compile(r"obs-\d+-[0-9a-f]{16}(-\d+)?\.log")


class Spool:
    """The files one producer writes one after the other, each up to `rotate_bytes`."""

    def __init__(self, directory: Path, producer: str, settings: Settings) -> None:
        self._directory, self._producer, self._settings = directory, producer, settings
        self._files: list[SpoolFile] = []
        self._number = 0

    def append(self, data: bytes) -> tuple[SpoolFile, int, int]:
        """Write lines to the current file; OSError when they cannot be kept."""
        self._files = [file for file in self._files if file is self._files[-1] or file.confirmed < file.size]
        if sum(file.size - file.confirmed for file in self._files) + len(data) > self._settings.max_spool_bytes:
            raise OSError(f"more than {self._settings.max_spool_bytes} bytes of the spool wait for the database")
        if not self._files or self._files[-1].size >= self._settings.rotate_bytes:
            self._rotate()
        start, end = self._files[-1].append(data, self._settings.fsync)
        return self._files[-1], start, end

    @property
    def waiting_bytes(self) -> int:
        return sum(file.size - file.confirmed for file in tuple(self._files))

    def close(self) -> None:
        for file in self._files:
            file.retire(whatever=True)
        self._files = []

    def abandon(self) -> None:
        for file in self._files:
            file.abandon()

    def _rotate(self) -> None:
        self._number += 1
        suffix = f"-{self._number}" if self._number > 1 else ""
        file = SpoolFile.create(self._directory / f"obs-{os.getpid()}-{self._producer}{suffix}.log")
        if self._files:
            self._files[-1].retire()
        self._files.append(file)


def orphans(directory: Path) -> Iterator[SpoolFile]:
    """The files of dead processes with unsent bytes, oldest first, each locked until it is retired."""
    for path in _logs(directory):
        with contextlib.suppress(OSError):
            if position(path) >= path.stat().st_size:
                continue
        file = SpoolFile.adopt(path)
        if file is not None:
            yield file


def prune(directory: Path, keep_bytes: int, keep_files: int) -> None:
    """Delete the oldest wholly sent files of dead processes, so that the newest stay for tailing."""
    kept_bytes = kept_files = 0
    for path in reversed(_logs(directory)):
        with contextlib.suppress(OSError):
            size = path.stat().st_size
            if position(path) < size:
                continue
            kept_bytes, kept_files = kept_bytes + size, kept_files + 1
            if (kept_bytes > keep_bytes or kept_files > keep_files) and (file := SpoolFile.adopt(path)):
                path.unlink()
                sidecar(path).unlink(missing_ok=True)
                file.retire(whatever=True)


def _logs(directory: Path) -> list[Path]:
    found: list[tuple[int, str, Path]] = []
    with contextlib.suppress(OSError):
        for path in directory.iterdir():
            if NAME.fullmatch(path.name):
                with contextlib.suppress(OSError):
                    found.append((path.stat().st_mtime_ns, path.name, path))
    return [path for _, _, path in sorted(found)]
