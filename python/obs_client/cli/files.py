"""Files that verbs write: whole or not there."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from .trouble import Trouble

_IS_THERE = "{} is there already: take another name, or say --force"


def free(path: Path, force: bool) -> None:
    """Trouble when a file of that name is there and may not be written over."""
    if path.is_dir():
        raise Trouble(f"{path} is a directory: name a file in it")
    if not force and os.path.lexists(path) and (path.is_file() or path.is_symlink()):
        raise Trouble(_IS_THERE.format(path))


def write(path: Path, pieces: Iterable[bytes], force: bool = True) -> int:
    """The file under its name only once all of it is there; how many bytes."""
    if path.exists() and not path.is_file():  # a device or a pipe
        with path.open("wb") as file:
            return sum(file.write(piece) for piece in pieces)
    if not path.parent.is_dir():
        raise Trouble(f"{path.parent} is no directory: make it first, or name a file elsewhere")
    number, name = tempfile.mkstemp(prefix=f".{path.name[:200]}.", suffix=".part", dir=path.parent)
    part = Path(name)
    try:
        with open(number, "wb") as file:
            os.chmod(name, 0o666 & ~_umask())
            size = sum(file.write(piece) for piece in pieces)
        if force:
            part.replace(path)
        else:
            try:
                os.link(part, path)  # never over a file that somebody else has made meanwhile
            except FileExistsError:
                raise Trouble(_IS_THERE.format(path)) from None
    finally:
        with contextlib.suppress(FileNotFoundError):
            part.unlink()
    return size


def _umask() -> int:
    now = os.umask(0o077)
    os.umask(now)
    return now
