"""The code in the documents: run as a reader would run it, its output compared with the one that is shown.

A fenced block in `sql`, `bash` or `python` is run, in the order of the page; a `text` block right after it is its
output. `<!-- varies -->` on the line before means that the output differs from run to run (it is run, not compared),
`<!-- not run -->` that the block is shown only, `<!-- elsewhere -->` that a test of its own runs it. A page's SQL is
one session: what it sets stays set.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from support.binaries import bindir
from support.install import ROOT

_BLOCK = re.compile(
    r"^(?:<!-- (?P<remark>varies|not run|elsewhere) -->\n)?```(?P<language>sql|bash|python)\n(?P<code>.*?)^```\n"
    r"(?:\n```text\n(?P<output>.*?)^```\n)?",
    re.M | re.S,
)
_MARK = "--- the end of this snippet ---"
_VARYING = [
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "<uuid>"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "<hash>"),
    (re.compile(r"\bin \d+(\.\d+)? m?s\b"), "in <time>"),
    (re.compile(r"-{2,}"), "--"),
    (re.compile(r" +"), " "),
]


@dataclass(frozen=True)
class Snippet:
    language: str
    code: str
    output: str | None
    remark: str | None
    is_compared: bool
    line: int
    output_span: tuple[int, int]


def snippets(page: str) -> Iterator[Snippet]:
    for found in _BLOCK.finditer(page):
        yield Snippet(
            found["language"],
            found["code"],
            found["output"],
            found["remark"],
            is_compared=found["output"] is not None and found["remark"] is None,
            line=page.count("\n", 0, found.start()) + 1,
            output_span=found.span("output"),
        )


def normal(output: str) -> str:
    """The output without what differs from one run to the next: ids, hashes, durations, widths of columns."""
    for pattern, word in _VARYING:
        output = pattern.sub(word, output)
    return "\n".join(line.rstrip() for line in output.strip().splitlines())


class Reader:
    """Somebody who follows a page, in a directory of their own, against one database."""

    def __init__(self, dsn: str, directory: Path) -> None:
        for name in ("sql", "docs", "examples"):
            if not (directory / name).is_symlink():
                (directory / name).symlink_to(ROOT / name)
        place = conninfo_to_dict(dsn)
        self._directory = directory
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("PG", "OBS_"))},
            "PATH": f"{Path(sys.executable).parent}:{bindir()}:{os.environ['PATH']}",
            "PGHOST": str(place["host"]),
            "PGPORT": str(place["port"]),
            "PGUSER": str(place["user"]),
            "PGDATABASE": str(place["dbname"]),
            "PGTZ": "UTC",
            "COLUMNS": "110",
        }
        self._psql: subprocess.Popen[str] | None = None

    def run(self, snippet: Snippet) -> str:
        if snippet.language == "sql":
            return self._run_sql(snippet.code)
        done = (
            self.shell(snippet.code) if snippet.language == "bash" else self._start(sys.executable, "-c", snippet.code)
        )
        assert done.returncode == 0, f"line {snippet.line} ended with {done.returncode}:\n{done.stdout}"
        return done.stdout

    def shell(self, command: str) -> subprocess.CompletedProcess[str]:
        return self._start("bash", "-euo", "pipefail", "-c", command)

    def close(self) -> None:
        if self._psql is not None:
            self._psql.communicate()

    def _start(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self._directory,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def _run_sql(self, code: str) -> str:
        if self._psql is None:
            self._psql = subprocess.Popen(
                [str(bindir() / "psql"), "-X", "-q", "-P", "footer=off", "-v", "SHOW_CONTEXT=never"],
                cwd=self._directory,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        assert self._psql.stdin is not None
        assert self._psql.stdout is not None
        self._psql.stdin.write(f"{code}\n\\echo '{_MARK}'\n")
        self._psql.stdin.flush()
        lines: list[str] = []
        while (line := self._psql.stdout.readline()).rstrip("\n") != _MARK:
            assert line, f"psql ended within:\n{code}\n{''.join(lines)}"
            lines.append(line)
        return "".join(lines)
