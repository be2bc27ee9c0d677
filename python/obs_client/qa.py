"""Samples of QA as a CSV file: out of the database, edited by people in whatever they like, and back.

RFC 4180 in UTF-8. A cell that a spreadsheet would run as a formula leaves with an apostrophe before it, which is taken
off when it comes back. A file is looked at as a whole before the database is asked to change anything.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TextIO

import psycopg
from psycopg.rows import tuple_row
from psycopg.types.json import Jsonb

from . import errors, wire

CHECKS = ("domain", "about", "contacts", "rationale")
COLUMNS: tuple[str, ...] = (
    "tenant_id",
    "run_id",
    "company_id",
    "revision",
    "bucket",
    "stratum",
    *(f"{check}_{part}" for check in CHECKS for part in ("verdict", "reason")),
    "result",
    "notes",
)
# What may be shown, but says nothing when it comes back.
SHOWN_ONLY = ("bucket", "stratum")
NEEDED = tuple(name for name in COLUMNS if name not in SHOWN_ONLY)
RESULTS = ("pass", "fail", "needs_review")
VERDICTS = ("pass", "fail", "unknown")
MAX_BYTES = 64_000_000
MAX_CELL = 16_384
MAX_ROWS = 10_000

_RUNS_AS_FORMULA = re.compile(r"[=+\-@\t\r]")
_NEUTRALISED = re.compile(r"'+[=+\-@\t\r]")
_CELLS = ", ".join(f"s.checks -> '{check}' ->> '{part}'" for check in CHECKS for part in ("verdict", "reason"))
_ROWS = f"""select s.tenant_id, s.run_id, s.company_id, s.revision, s.bucket, s.stratum, {_CELLS}, s.result, s.notes
    from obs.qa_samples s
    where (%(run)s::text is null or s.run_id = %(run)s) and (%(tenant)s::text is null or s.tenant_id = %(tenant)s)
      and (%(every)s or s.result = 'needs_review')
    order by s.tenant_id, s.run_id, s.stratum, s.draw_rank"""
_PRESENT = f"""select s.tenant_id, s.run_id, s.company_id, s.revision, s.bucket, s.stratum, {_CELLS}, s.result, s.notes,
        format('%%s reviewed it as %%s at %%s UTC', s.reviewer, s.result,
            to_char(s.reviewed_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'))
    from unnest(%s::text[], %s::text[], %s::text[]) w (tenant_id, run_id, company_id)
    join obs.qa_samples s on s.tenant_id = w.tenant_id and s.run_id = w.run_id and s.company_id = w.company_id"""
_REVIEW = """select 1 from obs.qa_review(p_run_id => %s, p_company_id => %s, p_result => %s, p_notes => %s,
    p_checks => %s, p_revision => %s, p_tenant_id => %s)"""
_MOVED_ON = ("OB021", "OB022")


class QaFileError(Exception):
    """The file cannot be taken: one sentence, and nothing has changed."""


@dataclass(frozen=True)
class Line:
    """A row of the file, and where it stands."""

    number: int
    cells: dict[str, str]

    @property
    def key(self) -> tuple[str, str, str]:
        return self.cells["tenant_id"], self.cells["run_id"], self.cells["company_id"]


@dataclass
class Outcome:
    """What became of the rows of a file."""

    applied: int = 0
    unchanged: int = 0
    conflicts: list[str] = field(default_factory=list)


def export(conn: wire.Connection, out: TextIO, run: str | None, tenant: str | None, every: bool) -> int:
    """Write the samples that wait for a reviewer, or with `every` all; how many."""
    number = -1  # the head is no sample
    with conn.transaction():
        for text in exported(conn, run, tenant, every):
            out.write(text)
            number += 1
    return number


def exported(conn: psycopg.Connection[Any], run: str | None, tenant: str | None, every: bool) -> Iterator[str]:
    """The file, a row at a time, as they come over a cursor of the transaction that the caller is in."""
    written: list[str] = []
    writer = csv.writer(SimpleNamespace(write=written.append), lineterminator="\r\n")
    with conn.cursor("obs_qa_export", row_factory=tuple_row) as cursor:
        cursor.execute(_ROWS, {"run": run, "tenant": tenant, "every": every})
        for row in itertools.chain([COLUMNS], cursor):
            writer.writerow([_neutral(value) for value in row])
            yield "".join(written)
            written.clear()


def read(path: str) -> list[Line]:
    """The rows of a file; raises QaFileError for one that is not whole and sound, with no database asked."""
    lines = _lines(path, _text(path))
    seen: dict[tuple[str, str, str], int] = {}
    for line in lines:
        _check(path, line)
        if (first := seen.setdefault(line.key, line.number)) != line.number:
            raise QaFileError(f"{path}, line {line.number}: {_named(line)} stands on line {first} already")
    return lines


def apply(conn: wire.Connection, path: str, lines: Sequence[Line], dry_run: bool = False) -> Outcome:
    """Review what the rows say, in one transaction; a row whose sample moved on is a conflict and is left out."""
    outcome = Outcome()
    with conn.transaction(force_rollback=dry_run):
        present = _present(conn, lines)
        for line in lines:
            if line.key not in present:
                raise QaFileError(
                    f"{path}, line {line.number}: {_named(line)} is not known among your samples: nothing was imported"
                )
        for line in sorted(lines, key=lambda one: one.key):
            _apply(conn, path, line, present[line.key], outcome)
    return outcome


def _apply(conn: wire.Connection, path: str, line: Line, present: dict[str, Any], outcome: Outcome) -> None:
    cells = line.cells
    checks = {
        check: {"verdict": cells[f"{check}_verdict"], "reason": cells[f"{check}_reason"] or None}
        for check in CHECKS
        if cells[f"{check}_verdict"]
        and any(cells[f"{check}_{part}"] != (present[f"{check}_{part}"] or "") for part in ("verdict", "reason"))
    }
    says_nothing_new = not checks and all(cells[name] == (present[name] or "") for name in ("result", "notes"))
    moved = int(cells["revision"]) != present["revision"]
    if says_nothing_new or (moved and cells["result"] == "needs_review"):
        outcome.unchanged += 1
        return
    where = f"{path}, line {line.number}: {_named(line)}"
    if moved:
        outcome.conflicts.append(f"{where}: {present['told']}; line {line.number} was not applied")
        return
    try:
        with conn.transaction():
            conn.execute(
                _REVIEW,
                (cells["run_id"], cells["company_id"], cells["result"], cells["notes"], Jsonb(checks),
                 int(cells["revision"]), cells["tenant_id"]),
            )  # fmt: skip
    except psycopg.Error as error:
        if error.sqlstate not in _MOVED_ON:
            raise
        outcome.conflicts.append(f"{where}: {errors.message(error)}; line {line.number} was not applied")
        return
    outcome.applied += 1


def _present(conn: wire.Connection, lines: Sequence[Line]) -> dict[tuple[str, str, str], dict[str, Any]]:
    """What the database holds of the rows' samples, as far as the caller may see them."""
    keys = [list(part) for part in zip(*(line.key for line in lines), strict=True)] or [[], [], []]
    rows = conn.execute(_PRESENT, keys).fetchall()
    return {tuple(row[:3]): dict(zip((*COLUMNS, "told"), row, strict=True)) for row in rows}


def _text(path: str) -> str:
    """The file as text."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise QaFileError(f"{path}: {error.strerror or error}") from None
    if not data.strip():
        raise QaFileError(f"{path} is empty: obs qa export writes what belongs into it")
    if len(data) > MAX_BYTES:
        raise QaFileError(f"{path} has more than {MAX_BYTES // 1_000_000} MB: import it in parts")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:4096]:
        raise QaFileError(f"{path} is in UTF-16 or no text at all: save it as CSV in UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, error.start) + 1
        raise QaFileError(f"{path}, line {number} is not in UTF-8: save it as CSV in UTF-8") from None
    if "\0" in text:
        raise QaFileError(f"{path}, line {text.count(chr(10), 0, text.index(chr(0))) + 1} holds a NUL character")
    if not text.endswith(("\n", "\r")):
        raise QaFileError(f"{path} breaks off in its last line, which has no end: export or save it again")
    return text


def _lines(path: str, text: str) -> list[Line]:
    before = csv.field_size_limit(MAX_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: list[Line] = []
    try:
        head = [name.strip() for name in next(reader, [])]
        _check_head(path, head)
        start = reader.line_num + 1
        for row in reader:
            number, start = start, reader.line_num + 1
            if not row:
                continue
            if len(row) != len(head):
                raise QaFileError(f"{path}, line {number} has {len(row)} cells, its head has {len(head)}")
            if len(found) == MAX_ROWS:
                raise QaFileError(f"{path} has more than {MAX_ROWS} rows: import it in parts")
            cells = {name: cell for name, cell in zip(head, row, strict=True) if name in NEEDED}
            found.append(Line(number, {name: _own(path, number, name, cell) for name, cell in cells.items()}))
    except csv.Error as error:
        raise QaFileError(f"{path}, line {reader.line_num}: {_of_csv(str(error))}") from None
    finally:
        csv.field_size_limit(before)
    return found


def _check_head(path: str, head: Sequence[str]) -> None:
    if missing := [name for name in NEEDED if name not in head]:
        hint = ": its cells must be separated by commas" if len(head) == 1 and ";" in head[0] else ""
        raise QaFileError(f"{path} lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}{hint}")
    if twice := sorted({name for name in head if name in NEEDED and head.count(name) > 1}):
        raise QaFileError(f"{path} has the column {twice[0]} twice")


def _of_csv(text: str) -> str:
    if "field larger than" in text:
        return f"a cell has more than {MAX_CELL} characters"
    if "unexpected end of data" in text:
        return "a quoted cell is never closed: the file is cut off, or lacks a quote"
    return f"this is no CSV ({text})"


def _check(path: str, line: Line) -> None:
    """What can be said of a row without the database."""
    cells, where = line.cells, f"{path}, line {line.number}"
    for name in ("tenant_id", "run_id", "company_id"):
        if not cells[name]:
            raise QaFileError(f"{where}: {name} is empty")
    if not re.fullmatch(r"[1-9][0-9]{0,8}", cells["revision"]):
        raise QaFileError(f"{where}: revision {_quoted(cells['revision'])} is no number: leave it as it was exported")
    if cells["result"] not in RESULTS:
        raise QaFileError(f"{where}: result {_quoted(cells['result'])} is none of {', '.join(RESULTS)}")
    for check in CHECKS:
        verdict = cells[f"{check}_verdict"]
        if verdict not in ("", *VERDICTS):
            raise QaFileError(f"{where}: {check}_verdict {_quoted(verdict)} is none of {', '.join(VERDICTS)}")


def _own(path: str, number: int, name: str, cell: str) -> str:
    """The cell as it was before it was neutralised."""
    if _RUNS_AS_FORMULA.match(cell):
        raise QaFileError(
            f"{path}, line {number}: {name} begins with {_quoted(cell[0])}, which a spreadsheet runs as a formula: "
            "put an apostrophe before it"
        )
    return cell[1:] if _NEUTRALISED.match(cell) else cell


def _neutral(value: object) -> object:
    if isinstance(value, str) and (_RUNS_AS_FORMULA.match(value) or _NEUTRALISED.match(value)):
        return f"'{value}"
    return value


def _named(line: Line) -> str:
    tenant, run, company = line.key
    return f"company {_quoted(company)} of run {_quoted(run)} of tenant {_quoted(tenant)}"


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 64 else f"{text[:64]}…")
