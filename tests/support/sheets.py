"""What `obs qa export` wrote, edited as people do it, and what is left of it."""

from __future__ import annotations

import csv
import io
import subprocess
from pathlib import Path
from typing import Any

from support.db import Db

# What a spreadsheet makes of the beginning of a cell (OWASP, CSV injection), and what it leaves alone.
FORMULAS = [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", "＝1+1", "＋1", "－1", "＠x",
    '=HYPERLINK("http://x.example","y")', "=cmd|' /C calc'!A0", "@", "-",
]  # fmt: skip
HARMLESS = [
    "plain", "", "1-1", " =1", "'quoted", 'say "no"', "a,b", "two\nlines", "two\r\nlines", "tab\tinside", "ünï ✓ 漢",
    "\u2028", "a\x01=b", ",", '"', "a\x01", "\x01=1",
]  # fmt: skip


class Sheet:
    """What was exported, to be edited."""

    def __init__(self, text: str) -> None:
        self.rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))

    def edit(self, company: str, **cells: str) -> Sheet:
        next(row for row in self.rows if row["company_id"] == company).update(cells)
        return self

    def text(self) -> str:
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, list(self.rows[0]))
        writer.writeheader()
        writer.writerows(self.rows)
        return out.getvalue()

    def save(self, path: Path, encoding: str = "utf-8") -> Path:
        path.write_bytes(self.text().encode(encoding))
        return path


def state(db: Db) -> list[Any]:
    """Every sample and review."""
    return db.rows("select s::text from obs.qa_samples s order by 1") + db.rows("select v::text from obs.qa_reviews v")


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence of a call that was refused."""
    assert (done.returncode, done.stdout) == (2, ""), done
    (line,) = done.stderr.splitlines()
    return line.removeprefix("obs: ")
