"""`obs qa`: out as CSV, edited, and back; a faulty file changes nothing, a conflict only itself."""

from __future__ import annotations

import csv
import io
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from psycopg.types.json import Jsonb

from support.db import Db
from support.qa import drawn, review, status
from support.sheets import Sheet, refusal, state

from .conftest import OBS, clean_environment

Run = Callable[..., "subprocess.CompletedProcess[str]"]


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
