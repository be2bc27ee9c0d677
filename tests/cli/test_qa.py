"""`obs qa`: out as CSV, edited, and back; a faulty file changes nothing, a conflict only itself."""

from __future__ import annotations

import csv
import io
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from support.db import Db
from support.qa import drawn, review, status

from .conftest import OBS, clean_environment

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def reviewer(db: Db, tenants: tuple[str, str]) -> str:
    """The database as a reviewer of a sees it, with ten companies of run r1."""
    db.call("grant_access", role="test_reviewer_a", tenant_id="a")
    db.call("grant_access", role="test_reviewer", tenant_id="a")
    db.call("grant_access", role="test_reviewer_b", tenant_id="b")
    drawn(db)
    return db.dsn_for("test_reviewer_a")


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


@pytest.fixture
def sheet(obs: Run, reviewer: str) -> Sheet:
    return Sheet(obs("qa", "export", dsn=reviewer).stdout)


def state(db: Db) -> list[Any]:
    return db.rows("select s::text from obs.qa_samples s order by 1") + db.rows("select v::text from obs.qa_reviews v")


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    assert (done.returncode, done.stdout) == (2, ""), done
    (line,) = done.stderr.splitlines()
    return line.removeprefix("obs: ")


def test_out_edited_and_back(db: Db, obs: Run, reviewer: str, sheet: Sheet, tmp_path: Path) -> None:
    assert len(sheet.rows) == 10
    assert list(sheet.rows[0]) == [
        "tenant_id", "run_id", "company_id", "revision", "bucket", "stratum", "domain_verdict", "domain_reason",
        "about_verdict", "about_reason", "contacts_verdict", "contacts_reason", "rationale_verdict", "rationale_reason",
        "result", "notes",
    ]  # fmt: skip
    sheet.edit("c1", result="pass", contacts_verdict="pass", contacts_reason="office@")
    sheet.edit("c2", result="fail", notes='two\r\nlines, "quoted", ünï')
    file = sheet.save(tmp_path / "review.csv")
    dry = obs("qa", "import", file, "--dry-run", dsn=reviewer)
    assert (dry.returncode, dry.stdout) == (0, "2 would be reviewed, 8 unchanged, 0 in conflict\n")
    assert status(db).pending == 10
    done = obs("qa", "import", file, dsn=reviewer)
    assert (done.returncode, done.stdout, done.stderr) == (0, "2 reviewed, 8 unchanged, 0 in conflict\n", "")
    assert (status(db).passed, status(db).failed, status(db).pending) == (1, 1, 8)
    row = db.row("select checks, reviewer, notes from obs.qa_samples where company_id = 'c1'")
    assert row.checks["contacts"] == {"verdict": "pass", "reason": "office@", "by": "test_reviewer_a"}
    assert (row.checks["domain"]["by"], row.reviewer) == ("machine", "test_reviewer_a")
    assert db.one("select notes from obs.qa_samples where company_id = 'c2'") == 'two\r\nlines, "quoted", ünï'
    again = obs("qa", "import", file, dsn=reviewer)
    assert (again.returncode, again.stdout) == (0, "0 reviewed, 10 unchanged, 0 in conflict\n")


def test_export_of_one_run_to_a_file(db: Db, obs: Run, reviewer: str, tmp_path: Path) -> None:
    drawn(db, "r2", number=3)
    review(db, "c1", "pass", run="r2")
    for arguments, number in ((("--run", "r2"), 2), (("--run", "r2", "--all"), 3), (("--tenant", "a", "--all"), 13)):
        done = obs("qa", "export", *arguments, "--out", tmp_path / "x.csv", "--force", dsn=reviewer)
        assert (done.returncode, done.stdout) == (0, "")
        assert done.stderr.startswith(f"{number} samples in ")
        text = (tmp_path / "x.csv").read_bytes().decode("utf-8")
        assert text.count("\r\n") == number + 1
        assert len(list(csv.DictReader(io.StringIO(text, newline="")))) == number


def test_a_file_that_is_there_stays(obs: Run, reviewer: str, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("an afternoon of reviews")
    said = refusal(obs("qa", "export", "--out", file, dsn=reviewer))
    assert said == f"{file} is there already, with reviews perhaps: take another name, or say --force"
    assert file.read_text() == "an afternoon of reviews"
    assert obs("qa", "export", "--out", file, "--force", dsn=reviewer).returncode == 0
    assert file.read_text().startswith("tenant_id,")


def test_a_run_or_tenant_that_is_not_the_reviewers_is_told(obs: Run, db: Db, reviewer: str, tmp_path: Path) -> None:
    drawn(db, "rb", tenant="b", number=1)
    file = tmp_path / "x.csv"
    for arguments, said in (
        (("--run", "r9"), "run 'r9' is"), (("--tenant", "b"), "tenant 'b' is"),
        (("--run", "rb"), "run 'rb' is"), (("--run", "r1", "--tenant", "c"), "run 'r1' of tenant 'c' is"),
    ):  # fmt: skip
        done = obs("qa", "export", *arguments, "--out", file, dsn=reviewer)
        assert refusal(done) == f"{said} not known among your runs: see `obs qa worklist`"
        assert not file.exists()


def test_a_login_without_tenant_is_told_so(obs: Run, db: Db, reviewer: str, sheet: Sheet, tmp_path: Path) -> None:
    db.call("revoke_access", role="test_reviewer_b", tenant_id="b")
    file = sheet.edit("c1", result="pass").save(tmp_path / "x.csv")
    for verb in (("worklist",), ("export",), ("import", file)):
        said = refusal(obs("qa", *verb, dsn=db.dsn_for("test_reviewer_b")))
        assert said.startswith("the login test_reviewer_b is mapped to no tenant: ")
        assert "obs.grant_access('test_reviewer_b', 'TENANT')" in said
    assert obs("qa", "worklist", dsn=db.dsn_for("test_admin")).returncode == 0


def test_the_same_file_again_changes_nothing_whatever_was_redacted(
    db: Db, obs: Run, reviewer: str, sheet: Sheet, tmp_path: Path
) -> None:
    db.call("set_setting", key="qa_double_review_share", value=Jsonb(1), tenant_id="a")
    sheet.edit("c1", result="pass", notes="ask jane.roe@example.com", about_verdict="fail",
               about_reason="call +49 30 1234567")  # fmt: skip
    sheet.edit("c2", result="fail", notes="rang 0049 30 7654321, nobody").edit("c3", result=" PASS", notes="")
    sheet.edit("c4", notes="not sure, see joe@example.com")
    file = sheet.save(tmp_path / "x.csv")
    assert obs("qa", "import", file, dsn=reviewer).stdout == "4 reviewed, 6 unchanged, 0 in conflict\n"
    db.login("test_reviewer").execute("select obs.qa_claim(p_run_id => 'r1') from generate_series(1, 3)")
    before = state(db)
    for _ in range(2):
        done = obs("qa", "import", file, dsn=reviewer)
        assert (done.returncode, done.stdout) == (0, "0 reviewed, 10 unchanged, 0 in conflict\n")
    assert state(db) == before


def test_a_conflict_with_oneself_says_what_to_do(db: Db, obs: Run, reviewer: str, sheet: Sheet, tmp_path: Path) -> None:
    file = sheet.edit("c1", result="pass").save(tmp_path / "x.csv")
    assert obs("qa", "import", file, dsn=reviewer).returncode == 0
    file = sheet.edit("c1", result="fail").save(tmp_path / "x.csv")
    done = obs("qa", "import", file, dsn=reviewer)
    assert (done.returncode, done.stdout) == (1, "0 reviewed, 9 unchanged, 1 in conflict\n")
    assert "test_reviewer_a reviewed it as pass at " in done.stderr
    assert "UTC, export again to change your own review; line 2 was not applied" in done.stderr
    assert db.one("select count(*) from obs.qa_reviews") == 1


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


def test_conflicts_are_named_and_the_others_go_in(
    db: Db, obs: Run, reviewer: str, sheet: Sheet, tmp_path: Path
) -> None:
    other = db.login("test_reviewer")
    review(other, "c1", "fail")
    other.call("qa_claim", run_id="r1")
    file = sheet.edit("c1", result="pass").edit("c2", result="pass").edit("c3", result="pass").save(tmp_path / "x.csv")
    done = obs("qa", "import", file, dsn=reviewer)
    assert (done.returncode, done.stdout) == (1, "1 reviewed, 7 unchanged, 2 in conflict\n")
    first, second = done.stderr.splitlines()
    assert "line 2: company 'c1' of run 'r1' of tenant 'a': test_reviewer reviewed it as fail at " in first
    assert "line 3: company 'c2'" in second
    assert "of tenant 'a': test_reviewer has claimed it until " in second
    assert db.rows("select company_id, result from obs.qa_samples where result <> 'needs_review' order by 1") == [
        ("c1", "fail"), ("c3", "pass"),
    ]  # fmt: skip


def test_what_a_colleague_reviewed_and_i_did_not_touch_is_no_conflict(
    db: Db, obs: Run, reviewer: str, sheet: Sheet, tmp_path: Path
) -> None:
    review(db.login("test_reviewer"), "c1", "fail")
    done = obs("qa", "import", sheet.edit("c2", result="pass").save(tmp_path / "x.csv"), dsn=reviewer)
    assert (done.returncode, done.stdout) == (0, "1 reviewed, 9 unchanged, 0 in conflict\n")


@pytest.mark.parametrize("text", ["=1+1", "+49", "-5", "@x", "\tx", "\rx", "'=x", "''@y", "'tis", "a=b", "’quoted"])
def test_formula_cells_go_out_neutral_and_come_back_as_they_were(
    db: Db, obs: Run, reviewer: str, tmp_path: Path, text: str
) -> None:
    db.execute("update obs.qa_samples set notes = %s where company_id = 'c1'", (text,))
    sheet = Sheet(obs("qa", "export", "--out", tmp_path / "o.csv", dsn=reviewer).stdout or
                  (tmp_path / "o.csv").read_bytes().decode())  # fmt: skip
    assert sheet.rows[0]["notes"][0] not in "=+-@\t\r"
    done = obs("qa", "import", sheet.edit("c1", result="pass").save(tmp_path / "x.csv"), dsn=reviewer)
    assert (done.returncode, done.stdout) == (0, "1 reviewed, 9 unchanged, 0 in conflict\n")
    assert db.one("select notes from obs.qa_samples where company_id = 'c1'") == text


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


def test_who_may_not(db: Db, obs: Run, reviewer: str, sheet: Sheet, tmp_path: Path) -> None:
    before = state(db)
    file = sheet.edit("c1", result="pass").save(tmp_path / "x.csv")
    foreign = obs("qa", "import", file, dsn=db.dsn_for("test_reviewer_b"))
    assert foreign.returncode == 2
    assert foreign.stderr.count("is not known among your samples") == 10
    for login in ("test_reader_a", "test_writer_a"):
        assert "grant obs_reviewer to LOGIN" in refusal(obs("qa", "import", file, dsn=db.dsn_for(login)))
    assert state(db) == before


def test_the_third_failure_in_a_file_opens_the_follow_up(
    db: Db, obs: Run, reviewer: str, sheet: Sheet, tmp_path: Path
) -> None:
    for company in ("c1", "c2", "c3", "c4"):
        sheet.edit(company, result="fail")
    assert obs("qa", "import", sheet.save(tmp_path / "x.csv"), dsn=reviewer).returncode == 0
    assert db.rows("select failed, pending from obs.qa_follow_ups") == [(3, 7)]
    assert db.one("select count(*) from obs.alerts where alert_code = 'QA-07'") == 1


def test_the_worklist(db: Db, obs: Run, reviewer: str) -> None:
    db.login("test_reviewer").call("qa_claim")
    done = obs("qa", "worklist", dsn=reviewer)
    assert (done.returncode, done.stderr) == (0, "")
    head, first, *rest = done.stdout.splitlines()
    assert head.split()[:8] == ["tenant", "run", "company", "stratum", "domain", "about", "contacts", "rationale"]
    assert first.split()[:9] == ["a", "r1", "c1", "random", "pass", "unknown", "fail", "pass", "test_reviewer"]
    assert len(rest) == 9
    assert len(obs("qa", "worklist", "--run", "r9", dsn=reviewer).stdout.splitlines()) == 1
    short = obs("qa", "worklist", "--limit", "3", dsn=reviewer)
    assert (len(short.stdout.splitlines()), short.stderr) == (4, "there may be more: --limit 6\n")


def test_a_killed_import_has_changed_nothing(db: Db, obs: Run, reviewer: str, tmp_path: Path) -> None:
    """It has reviewed run r1 and waits for r2, which somebody holds, when it is killed."""
    drawn(db, "r2", number=2)
    sheet = Sheet(obs("qa", "export", dsn=reviewer).stdout)
    for row in sheet.rows:
        row["result"] = "fail"
    file = sheet.save(tmp_path / "x.csv")
    holder = db.login()
    holder.execute("begin")
    holder.execute("select from obs.qa_draws where run_id = 'r2' for update")
    before = state(db)
    process = subprocess.Popen(
        [str(OBS), "qa", "import", str(file)], env=clean_environment(OBS_DSN=reviewer), stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    waiting = "select count(*) from pg_stat_activity where usename = 'test_reviewer_a' and wait_event_type = 'Lock'"
    until = time.monotonic() + 30
    while not db.one(waiting):
        assert time.monotonic() < until, "the import never waited"
        time.sleep(0.02)
    process.kill()
    process.wait()
    holder.execute("rollback")
    while db.one("select count(*) from pg_stat_activity where usename = 'test_reviewer_a'"):
        assert time.monotonic() < until, "its session never ended"
        time.sleep(0.02)
    assert (state(db), db.one("select count(*) from obs.qa_follow_ups")) == (before, 0)
    assert obs("qa", "import", file, dsn=reviewer).stdout == "12 reviewed, 0 unchanged, 0 in conflict\n"


def test_the_webmail_list_is_loaded_from_the_package_or_a_file(db: Db, obs: Run, tmp_path: Path) -> None:
    admin = db.dsn_for("test_admin")
    first = obs("qa", "load-webmail", dsn=admin)
    assert first.returncode == 0, first.stderr
    assert int(first.stdout.split()[0]) > 4000
    assert db.one("select count(*) from obs.webmail_domains") == int(first.stdout.split()[2])
    assert obs("qa", "load-webmail", dsn=admin).stdout.split()[2] == "0"
    assert db.one("select obs._is_webmail('a', 'gmail.com')") is True
    own = tmp_path / "own.txt"
    own.write_text("# ours\npost.example\n\n")
    db.call("create_tenant", tenant_id="a")
    assert obs("qa", "load-webmail", str(own), "--tenant", "a", dsn=admin).stdout == "1 domains, 1 of them new\n"
    assert db.one("select obs._is_webmail('a', 'post.example')") is True


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
