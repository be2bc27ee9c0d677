"""`obs export`: a file that is whole or not there, one sentence when it cannot be."""

from __future__ import annotations

import csv
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from support.aged import days_back, nights
from support.db import Db
from support.pipeline import line, log_lines, start
from support.qa import drawn, reviewed

from .conftest import OBS, clean_environment

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def reader(db: Db, tenants: tuple[str, str]) -> str:
    start(db, started_at="2026-03-02 01:00Z")
    log_lines(db, [line("r1", "error", company_id=f"c{n}", error_msg="=1+1") for n in range(3)])
    return db.dsn_for("test_reader_a")


def test_a_run_in_a_file_and_on_stdout(obs: Run, reader: str, tmp_path: Path) -> None:
    out = tmp_path / "events.csv"
    done = obs("export", "r1", "--out", out, dsn=reader)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == f"{out.stat().st_size} bytes in {out}\n"
    with out.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, strict=True))
    assert sorted(row["company_id"] for row in rows if row["event"] == "error") == ["c0", "c1", "c2"]
    assert {row["error_msg"] for row in rows if row["event"] == "error"} == {"'=1+1"}
    command = [str(OBS), "export", "r1", "--tenant", "a", "--dsn", reader]
    shown = subprocess.run(command, env=clean_environment(), capture_output=True)
    assert (shown.returncode, shown.stdout, shown.stderr) == (0, out.read_bytes(), b"")


@pytest.mark.parametrize(("run", "said"), [("nowhere", "OB002"), ("theirs", "OB002"), ("gone", "OB024")])
def test_a_run_that_cannot_be_exported_leaves_the_file_as_it_was(
    db: Db, obs: Run, reader: str, tmp_path: Path, run: str, said: str
) -> None:
    start(db, "theirs", tenant_id="b")
    start(db, "gone")
    db.execute("update obs.enrichment_runs set expired_at = now() where run_id = 'gone'")
    out = tmp_path / "events.csv"
    out.write_text("as it was")
    done = obs("export", run, "--out", out, "--force", dsn=reader)
    assert done.returncode == 2
    assert said in done.stderr
    assert (out.read_text(), os.listdir(tmp_path)) == ("as it was", ["events.csv"])


def test_a_file_that_is_there_stays_unless_forced(obs: Run, reader: str, tmp_path: Path) -> None:
    out = tmp_path / "events.csv"
    out.write_text("as it was")
    done = obs("export", "r1", "--out", out, dsn=reader)
    assert (done.returncode, done.stderr) == (2, f"obs: {out} is there already: take another name, or say --force\n")
    assert out.read_text() == "as it was"
    assert obs("export", "r1", "--out", out, "--force", dsn=reader).returncode == 0
    assert out.read_text().startswith("ts,")


def test_a_directory_that_is_not_there_and_no_run(obs: Run, reader: str, tmp_path: Path) -> None:
    missing = obs("export", "r1", "--out", tmp_path / "no" / "x.csv", dsn=reader)
    said = f"obs: {tmp_path / 'no'} is no directory: make it first, or name a file elsewhere\n"
    assert (missing.returncode, missing.stderr) == (2, said)
    nothing = obs("export", dsn=reader)
    assert (nothing.returncode, "which run?" in nothing.stderr) == (2, True)


def test_a_login_without_the_role_is_told_which(db: Db, obs: Run, reader: str) -> None:
    done = obs("export", "r1", dsn=db.dsn_for("test_writer_a"))
    assert (done.returncode, "obs_reader" in done.stderr) == (2, True)


def test_whoever_reads_may_stop_early(db: Db, reader: str) -> None:
    (run,) = nights(db, "a", days_back(1, 1), 3_000)
    with subprocess.Popen(
        [str(OBS), "export", run, "--dsn", reader],
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"ts,level")
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()
        assert process.wait(30) == 1


def test_samples_of_qa(db: Db, obs: Run, reader: str, tmp_path: Path) -> None:
    drawn(db, "r2")
    reviewed(db, 2, 1, "r2")
    out = tmp_path / "qa.csv"
    done = obs("export", "r2", "--qa", "--out", out, dsn=reader)
    assert (done.returncode, done.stderr) == (0, f"10 samples in {out}\n")
    with out.open(newline="") as file:
        results = [row["result"] for row in csv.DictReader(file)]
    assert sorted(results) == ["fail"] + ["needs_review"] * 7 + ["pass"] * 2
