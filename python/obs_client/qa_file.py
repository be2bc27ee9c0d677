"""Samples of QA as a CSV file, edited by people in whatever they like: what goes out, and what of it comes back.

RFC 4180 in UTF-8. A cell that a spreadsheet would run as a formula leaves with an apostrophe before it, which is taken
off when it comes back. A file is looked at as a whole before the database is asked to change anything.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

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

_FORMULA = r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"  # as obs._csv_cell has it: full-width forms are signs too
_RUNS_AS_FORMULA = re.compile(_FORMULA)
_NEUTRALISED = re.compile(f"'+{_FORMULA}")
_A_FORMULA = "begins with {}, which a spreadsheet runs as a formula: put an apostrophe before it"
_CHOSEN = ("revision", "result", *(f"{check}_verdict" for check in CHECKS))
TOLD_FAULTS = 10


class QaFileError(Exception):
    """The file cannot be taken: a sentence for each of its first faults, and nothing has changed."""

    def __init__(self, *faults: str) -> None:
        more = len(faults) - TOLD_FAULTS
        self.faults = [*faults[:TOLD_FAULTS], *([f"{more} more faults"] if more > 0 else [])]
        super().__init__("\n".join(self.faults))


@dataclass(frozen=True)
class Line:
    """A row of the file, and where it stands."""

    number: int
    cells: dict[str, str]

    @property
    def key(self) -> tuple[str, str, str]:
        return self.cells["tenant_id"], self.cells["run_id"], self.cells["company_id"]


def text(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The samples as CSV, a row at a time, the head first."""
    written: list[str] = []
    writer = csv.writer(SimpleNamespace(write=written.append), lineterminator="\r\n")
    for row in itertools.chain([COLUMNS], rows):
        writer.writerow([_neutral(value) for value in row])
        yield "".join(written)
        written.clear()


def read(path: str) -> list[Line]:
    """The rows of a file; raises QaFileError for one that is not whole and sound, with no database asked."""
    faults: list[str] = []
    lines = _lines(path, _text(path), faults)
    seen: dict[tuple[str, str, str], int] = {}
    for line in lines:
        faults += (f"{path}, line {line.number}: {fault}" for fault in _faults(line))
        if (first := seen.setdefault(line.key, line.number)) != line.number:
            faults.append(f"{path}, line {line.number}: {named(line)} stands on line {first} already")
    if faults:
        raise QaFileError(*faults)
    return lines


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
    if data.startswith(b"PK\x03\x04"):
        raise QaFileError(f"{path} is a workbook (xlsx, ods) or archive: save it as CSV in UTF-8, with commas")
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


def _lines(path: str, text: str, faults: list[str]) -> list[Line]:
    """The rows; what is wrong with one of them is added to `faults`, what is wrong with the file is raised."""
    before = csv.field_size_limit(MAX_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: list[Line] = []
    try:
        head = [name.strip() for name in next(reader, [])]
        _check_head(path, head)
        start = reader.line_num + 1
        for row in reader:
            number, start = start, reader.line_num + 1
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(head):
                faults.append(f"{path}, line {number} has {len(row)} cells, its head has {len(head)}")
                continue
            if len(found) == MAX_ROWS:
                raise QaFileError(f"{path} has more than {MAX_ROWS} rows: import it in parts")
            cells = {name: cell for name, cell in zip(head, row, strict=True) if name in NEEDED}
            faults += (
                f"{path}, line {number}: {name} {_A_FORMULA.format(quoted(cell[0]))}"
                for name, cell in cells.items()
                if _RUNS_AS_FORMULA.match(cell)
            )
            found.append(Line(number, {name: _own(name, cell) for name, cell in cells.items()}))
    except csv.Error as error:
        raise QaFileError(f"{path}, line {reader.line_num}: {_of_csv(str(error))}") from None
    finally:
        csv.field_size_limit(before)
    return found


def _check_head(path: str, head: Sequence[str]) -> None:
    if missing := [name for name in NEEDED if name not in head]:
        hint = ": its cells must be separated by commas" if len(head) == 1 and re.search(r"[;\t|]", head[0]) else ""
        raise QaFileError(f"{path} lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}{hint}")
    if twice := sorted({name for name in head if name in NEEDED and head.count(name) > 1}):
        raise QaFileError(f"{path} has the column {twice[0]} twice")


def _of_csv(text: str) -> str:
    if "field larger than" in text:
        return f"a cell has more than {MAX_CELL} characters"
    if "unexpected end of data" in text:
        return "a quoted cell is never closed: the file is cut off, or lacks a quote"
    return f"this is no CSV ({text})"


def _faults(line: Line) -> Iterator[str]:
    """What can be said of a row without the database."""
    cells = line.cells
    for name in ("tenant_id", "run_id", "company_id"):
        if not cells[name]:
            yield f"{name} is empty"
    if not re.fullmatch(r"[1-9][0-9]{0,8}", cells["revision"]):
        yield f"revision {quoted(cells['revision'])} is no number of a revision: leave it as it was exported"
    if cells["result"] not in RESULTS:
        yield f"result {quoted(cells['result'])} is none of {', '.join(RESULTS)}"
    for check in CHECKS:
        verdict = cells[f"{check}_verdict"]
        if verdict not in ("", *VERDICTS):
            yield f"{check}_verdict {quoted(verdict)} is none of {', '.join(VERDICTS)}"


def _own(name: str, cell: str) -> str:
    """The cell as it was before it was neutralised; a word of a list in small letters, without blanks."""
    if name in _CHOSEN:
        return cell.strip().casefold()
    return cell[1:] if _NEUTRALISED.match(cell) else cell


def _neutral(value: object) -> object:
    if isinstance(value, str) and (_RUNS_AS_FORMULA.match(value) or _NEUTRALISED.match(value)):
        return f"'{value}"
    return value


def named(line: Line) -> str:
    """A sample by its company, run and tenant."""
    tenant, run, company = line.key
    return f"company {quoted(company)} of run {quoted(run)} of tenant {quoted(tenant)}"


def quoted(text: str) -> str:
    """A text of the file as a message shows it."""
    return repr(text if len(text) <= 64 else f"{text[:64]}…")
