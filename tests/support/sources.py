"""The SQL files as text: which file makes which function, in which order they are loaded, what they mention."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from support.install import ROOT, SQL

# From the ground up. A function may call its own layer and those before it.
LAYERS = [
    "core",
    "tenancy",
    "ingest",
    "aggregate",
    "watch",
    "alert",
    "evidence",
    "deliver",
    "qa",
    "retention",
    "privacy",
    "report",
    "run",
]

_DEFINED = re.compile(r"create\s+(?:or\s+replace\s+)?(?:function|procedure)\s+obs\.(\w+)", re.I)
_CALLED = re.compile(r"\bobs\.(\w+)\s*\(", re.I)
_COMMENT_ON = re.compile(r"^comment on .*?;\s*$", re.I | re.M | re.S)
_REMARK = re.compile(r"--[^\n]*|/\*.*?\*/", re.S)
_LITERAL = re.compile(r"'(?:[^']|'')*'", re.S)


def function_files() -> list[Path]:
    return sorted((SQL / "functions").rglob("*.sql"))


def layer(path: Path) -> str:
    return path.relative_to(SQL / "functions").parts[0]


def defined(path: Path) -> list[str]:
    return _DEFINED.findall(_code(path))


def called(path: Path) -> set[str]:
    """Functions of obs the code of a file calls; what it only defines, or mentions in a text, is not among them."""
    code = _DEFINED.sub("", _LITERAL.sub("''", _COMMENT_ON.sub("", _code(path))))
    return set(_CALLED.findall(code))


def manifest(start: Path = SQL / "install.sql") -> Iterator[Path]:
    """Every file that installing reads, in order, following \\i and \\ir."""
    for line in start.read_text().splitlines():
        if found := re.match(r"\\(ir?)\s+(\S+)", line.strip()):
            base = start.parent if found[1] == "ir" else ROOT
            target = (base / found[2].strip("'")).resolve()
            yield target
            if target.exists():
                yield from manifest(target)


def _code(path: Path) -> str:
    return _REMARK.sub("", path.read_text())
