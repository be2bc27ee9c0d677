"""`obs qa import` of files as hands and spreadsheets leave them: forgiven, or one sentence and nothing changed."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from support.db import Db
from support.qa import drawn
from support.sheets import FORMULAS, HARMLESS, Sheet, refusal, state

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def test_a_revision_that_nobody_made(obs: Run, reviewer: str, sheet: Sheet, tmp_path: Path) -> None:
    file = sheet.edit("c1", result="pass", revision="99").save(tmp_path / "x.csv")
    done = obs("qa", "import", file, dsn=reviewer)
    assert done.returncode == 1
    assert "of tenant 'a': nobody has reviewed it, export again; line 2 was not applied" in done.stderr


def test_what_spreadsheets_and_hands_do_is_forgiven(
    db: Db, obs: Run, reviewer: str, sheet: Sheet, tmp_path: Path
) -> None:
    sheet.edit("c1", result="PASS", contacts_verdict=" Pass ").edit("c2", result=" fail", revision=" 1 ")
    sheet.rows[3] = dict.fromkeys(sheet.rows[3], "")
    sheet.rows[4] = dict.fromkeys(sheet.rows[4], " ")
    done = obs("qa", "import", sheet.save(tmp_path / "x.csv"), dsn=reviewer)
    assert (done.returncode, done.stdout) == (0, "2 reviewed, 6 unchanged, 0 in conflict\n")
    assert db.rows("select company_id, result from obs.qa_samples where result <> 'needs_review' order by 1") == [
        ("c1", "pass"), ("c2", "fail"),
    ]  # fmt: skip


def test_every_fault_is_told_up_to_ten(db: Db, obs: Run, reviewer: str, sheet: Sheet, tmp_path: Path) -> None:
    before = state(db)
    sheet.edit("c2", result="okay", notes="=1+1").edit("c5", revision="x")
    done = obs("qa", "import", sheet.save(tmp_path / "x.csv"), dsn=reviewer)
    assert (done.returncode, done.stdout) == (2, "")
    assert [line.split(": ")[1:3] for line in done.stderr.splitlines()] == [
        [f"{tmp_path}/x.csv, line 3", "notes begins with '=', which a spreadsheet runs as a formula"],
        [f"{tmp_path}/x.csv, line 3", "result 'okay' is none of pass, fail, needs_review"],
        [f"{tmp_path}/x.csv, line 6", "revision 'x' is no number of a revision"],
    ]
    for row in sheet.rows:
        row.update(result="okay", revision="-")
    done = obs("qa", "import", sheet.save(tmp_path / "x.csv"), dsn=reviewer)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 11
    assert done.stderr.splitlines()[-1] == "obs: 21 more faults"
    for row in sheet.rows:
        row.update(result="pass", revision="1", run_id="r9", notes="")
    done = obs("qa", "import", sheet.save(tmp_path / "x.csv"), dsn=reviewer)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 10)
    assert state(db) == before


@pytest.mark.parametrize("text", [*FORMULAS, *HARMLESS, "'=x", "''@y", "'tis", "’quoted", "'＝x"], ids=repr)
def test_formula_cells_go_out_neutral_and_come_back_as_they_were(
    db: Db, obs: Run, reviewer: str, tmp_path: Path, text: str
) -> None:
    db.execute("update obs.qa_samples set notes = %s where company_id = 'c1'", (text,))
    sheet = Sheet(obs("qa", "export", "--out", tmp_path / "o.csv", dsn=reviewer).stdout or
                  (tmp_path / "o.csv").read_bytes().decode())  # fmt: skip
    is_marked = text in FORMULAS or text in ("'=x", "''@y", "'＝x")
    assert (sheet.rows[0]["notes"] or "") == (f"'{text}" if is_marked else text)
    done = obs("qa", "import", sheet.edit("c1", result="pass").save(tmp_path / "x.csv"), dsn=reviewer)
    assert (done.returncode, done.stdout) == (0, "1 reviewed, 9 unchanged, 0 in conflict\n")
    assert db.one("select coalesce(notes, '') from obs.qa_samples where company_id = 'c1'") == text


def lines_of(sheet: Sheet) -> list[str]:
    return sheet.text().splitlines(keepends=True)


BAD: dict[str, tuple[Callable[[Sheet], bytes], str]] = {
    "unknown run": (
        lambda s: s.edit("c9", run_id="r9", result="pass").text().encode(),
        "line 10: company 'c9' of run 'r9'",
    ),
    "foreign run": (lambda s: s.edit("c9", run_id="rb", tenant_id="b").text().encode(), "of tenant 'b' is not known"),
    "unknown company": (lambda s: s.edit("c9", company_id="zz").text().encode(), "company 'zz' of run 'r1'"),
    "utf-16": (lambda s: s.text().encode("utf-16"), "is in UTF-16"),
    "utf-16 without a mark": (lambda s: s.text().encode("utf-16-le"), "is in UTF-16"),
    "latin-1": (lambda s: s.edit("c3", notes="schön").text().encode("latin-1"), "line 4 is not in UTF-8"),
    "half a file, within a quote": (
        lambda s: s.edit("c9", notes='a "long" note').text().encode().split(b"long")[0], "breaks off in its last line"
    ),
    "a quote that never closes": (lambda s: s.text().encode() + b'a,r1,"c11\r\n', "a quoted cell is never closed"),
    "half a line": (lambda s: s.text().encode()[:-9], "breaks off in its last line"),
    "too few cells": (lambda s: s.text().encode() + b"a,r1,c11\r\n", "line 12 has 3 cells, its head has 16"),
    "columns are missing": (
        lambda s: "".join(",".join(line.split(",")[:14]) + "\r\n" for line in lines_of(s)).encode(),
        "lacks the columns result, notes",
    ),
    "tabs": (lambda s: s.text().replace(",", "\t").encode(), "separated by commas"),
    "a workbook": (lambda s: b"PK\x03\x04 and so on", "is a workbook (xlsx, ods) or archive: save it as CSV"),
    "semicolons": (lambda s: s.text().replace(",", ";").encode(), "separated by commas"),
    "no head": (lambda s: "".join(lines_of(s)[1:]).encode(), "lacks the columns"),
    "a row twice": (
        lambda s: (s.text() + lines_of(s)[3]).encode(),
        "line 12: company 'c3' of run 'r1' of tenant 'a' stands on line 4",
    ),
    "unknown word": (
        lambda s: s.edit("c5", result="okay").text().encode(),
        "line 6: result 'okay' is none of pass, fail, needs_review",
    ),
    "unknown verdict": (
        lambda s: s.edit("c5", about_verdict="good").text().encode(),
        "about_verdict 'good' is none of",
    ),
    "no revision": (lambda s: s.edit("c5", revision="").text().encode(), "revision '' is no number"),
    "formula": (
        lambda s: s.edit("c5", notes="=HYPERLINK(1)").text().encode(),
        "line 6: notes begins with '=', which",
    ),
    "formula in a reason": (
        lambda s: s.edit("c5", about_reason="@SUM(1)").text().encode(),
        "about_reason begins with '@'",
    ),
    "10 MB in a cell": (
        lambda s: s.edit("c5", notes="x" * 10_000_000).text().encode(),
        "line 6: a cell has more than 16384",
    ),
    "empty": (lambda s: b"", "is empty"),
    "blank": (lambda s: b"\r\n\r\n", "is empty"),
    "no text": (lambda s: bytes(range(256)) * 9, "no text at all"),
    "too many rows": (
        lambda s: (lines_of(s)[0] + "".join(lines_of(s)[1].replace(",c1,", f",n{n},") for n in range(10_001))).encode(),
        "has more than 10000 rows",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", BAD)
def test_a_faulty_file_is_one_sentence_and_changes_nothing(
    db: Db, obs: Run, reviewer: str, sheet: Sheet, tmp_path: Path, fault: str
) -> None:
    drawn(db, "rb", tenant="b", number=9)
    before = state(db)
    spoil, said = BAD[fault]
    file = tmp_path / "bad.csv"
    file.write_bytes(spoil(sheet.edit("c1", result="pass")))
    assert said in refusal(obs("qa", "import", file, dsn=reviewer))
    assert state(db) == before


def test_a_file_that_is_not_there(obs: Run, reviewer: str, tmp_path: Path) -> None:
    assert "No such file" in refusal(obs("qa", "import", tmp_path / "none.csv", dsn=reviewer))
    assert "Is a directory" in refusal(obs("qa", "import", tmp_path, dsn=reviewer))


def test_excels_mark_and_other_columns_are_no_fault(
    db: Db, obs: Run, reviewer: str, sheet: Sheet, tmp_path: Path
) -> None:
    for row in sheet.rows:
        row["my column"] = "x"
    done = obs("qa", "import", sheet.edit("c1", result="pass").save(tmp_path / "x.csv", "utf-8-sig"), dsn=reviewer)
    assert (done.returncode, done.stdout) == (0, "1 reviewed, 9 unchanged, 0 in conflict\n")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "holds no domain"), (b'["gmail.com"', "is no whole JSON array"),
        (b"[1, 2]", "something else than strings"),
        ("gm\u00fcx.de".encode("utf-16"), "is not UTF-8"), (b"gmail.com\nnot a domain\n", "is no domain"),
        (b"=cmd|calc\n", "is no domain"),
    ],
)  # fmt: skip
def test_a_faulty_webmail_list_loads_nothing(db: Db, obs: Run, tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "list").write_bytes(content)
    done = obs("qa", "load-webmail", str(tmp_path / "list"), dsn=db.dsn_for("test_admin"))
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert db.one("select count(*) from obs.webmail_domains") == 0
