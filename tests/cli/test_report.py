"""`obs report`: one file that is whole or not there, and one sentence when it cannot be."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from support.db import Db
from support.pipeline import line, log_lines, start

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def reader(db: Db, tenants: tuple[str, str]) -> str:
    start(db, started_at="2026-03-02 01:00Z")
    log_lines(db, [line("r1", "error", company_id="c1", error_msg="no route")])
    db.execute("update obs.run_event_logs set error_msg = e'\\x1b]0;owned\\x07\\x1b[31mred' where event = 'error'")
    db.call("finish_run", run_id="r1", ended_at="2026-03-02 01:30Z")
    return db.dsn_for("test_reader_a")


def test_the_form_is_asked_for_or_that_of_the_name(obs: Run, reader: str, tmp_path: Path) -> None:
    for name, option, begins in (
        ("a.html", None, b"<!doctype html>"), ("b.md", None, b"# Run r1"), ("c.PDF", None, b"%PDF-"),
        ("d.txt", "--md", b"# Run r1"),
    ):  # fmt: skip
        out = tmp_path / name
        done = obs("report", "r1", *([option] if option else []), "--out", out, dsn=reader)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", f"{out.stat().st_size} bytes in {out}\n")
        assert out.read_bytes().startswith(begins)
    assert sorted(os.listdir(tmp_path)) == ["a.html", "b.md", "c.PDF", "d.txt"]


def test_what_a_terminal_shows_orders_it_about_in_nothing(obs: Run, reader: str) -> None:
    done = obs("report", "r1", "--md", dsn=reader)
    assert (done.returncode, done.stderr) == (0, "")
    assert "red" in done.stdout
    assert all(character.isprintable() or character == "\n" for character in done.stdout)


def test_a_file_that_is_there_stays_unless_force_is_said(obs: Run, reader: str, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    out.write_text("as it was")
    done = obs("report", "r1", "--out", out, dsn=reader)
    assert (done.returncode, done.stderr) == (2, f"obs: {out} is there already: take another name, or say --force\n")
    assert out.read_text() == "as it was"
    assert obs("report", "r1", "--out", out, "--force", dsn=reader).returncode == 0
    assert out.read_text().startswith("<!doctype html>")


def test_places_where_nothing_can_be_written(obs: Run, reader: str, tmp_path: Path) -> None:
    for out, said in (
        (tmp_path, "is a directory"), (tmp_path / "no" / "x.html", "is no directory"),
        (Path("/proc/x.html"), "/proc"),
    ):  # fmt: skip
        done = obs("report", "r1", "--out", out, dsn=reader)
        assert (done.returncode, said in done.stderr, len(done.stderr.splitlines())) == (2, True, 1), done.stderr
    assert os.listdir(tmp_path) == []


def test_a_run_that_is_not_ones_own_leaves_no_file(db: Db, obs: Run, reader: str, tmp_path: Path) -> None:
    start(db, "theirs", "b")
    said = [obs("report", run, "--out", tmp_path / "x.html", dsn=reader) for run in ("nowhere", "theirs")]
    assert [done.returncode for done in said] == [2, 2]
    assert said[0].stderr.replace("nowhere", "theirs") == said[1].stderr
    assert "OB002" in said[1].stderr
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "which run?"),
        (["r1", "--last-night"], "which run?"),
        (["r1", "--md", "--pdf"], "which form?"),
        (["r1", "--out", "x.txt"], "ends in .html, .md or .pdf"),
        (["r1", "--mail", "a@example.com"], "--mail goes with --last-night"),
        (["--last-night", "--again"], "go with --mail"),
        (["--last-night", "--tenant", "b"], "there is no tenant 'b' among yours"),
    ],
)
def test_what_does_not_fit_is_one_sentence(obs: Run, reader: str, arguments: list[str], said: str) -> None:
    done = obs("report", *arguments, dsn=reader)
    assert (done.returncode, done.stdout, said in done.stderr) == (2, "", True), done.stderr


def test_a_night_in_which_nothing_was_is_a_report_that_says_so(db: Db, obs: Run, reader: str) -> None:
    start(db, "evening", started_at=db.one("select until_at from obs.last_night where tenant_id = 'a'"))
    done = obs("report", "--last-night", "--md", dsn=reader)
    night = db.row("select * from obs.last_night where tenant_id = 'a'")
    said = (
        f"a: Night of {night.night}, from {night.from_at:%Y-%m-%d} 12:00:00 to {night.until_at:%Y-%m-%d} 12:00:00 UTC:"
        " no run, 1 run since belongs to the coming night."
    )
    assert (done.returncode, done.stderr) == (0, f"there was no run last night\n{said}\n")
    assert "There was nothing last night" in done.stdout


def test_a_login_without_the_role_is_told_which(db: Db, obs: Run, reader: str) -> None:
    for arguments in (["r1"], ["--last-night"]):
        done = obs("report", *arguments, dsn=db.dsn_for("test_writer_a"))
        assert (done.returncode, "obs_reader" in done.stderr) == (2, True), done.stderr
