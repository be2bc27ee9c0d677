"""Runs whose beginning or end is in none of the files, runs of nobody, and whose they may be."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from obs_client.importing import ImportOptions, import_files
from support.db import Db
from support.loglines import Night
from support.totals import of_night, stored

Run = Callable[..., "subprocess.CompletedProcess[str]"]
PARTS = 3


@pytest.fixture
def night() -> Night:
    return Night(101, 5001, companies=20)


@pytest.fixture
def halves(night: Night, tmp_path: Path) -> tuple[Path, Path]:
    middle = len(night.lines) // 2
    files = tmp_path / "first.log", tmp_path / "second.log"
    for file, lines in zip(files, (night.lines[:middle], night.lines[middle:]), strict=True):
        file.write_bytes(b"\n".join(lines) + b"\n")
    return files


def test_a_run_without_run_finish_is_named_and_stays_open(
    db: Db, writer: str, obs: Run, halves: tuple[Path, Path]
) -> None:
    done = obs("import", halves[0], dsn=writer)
    assert done.returncode == 0
    assert "run 5001 of tenant 101 has no run_finish in these files: close it with --close-unfinished" in done.stderr
    assert db.one("select status from obs.enrichment_runs") == "running"


@pytest.mark.parametrize(("options", "status"), [([], "crashed"), (["--as", "cancelled"], "cancelled")])
def test_unfinished_runs_are_closed_at_their_last_line(
    db: Db, writer: str, obs: Run, night: Night, halves: tuple[Path, Path], options: list[str], status: str
) -> None:
    done = obs("import", "--close-unfinished", *options, halves[0], dsn=writer)
    assert done.returncode == 0
    found, ended = db.row("select status, ended_at from obs.enrichment_runs")
    if options:
        assert found == status
    assert f"run 5001 of tenant 101 had no run_finish: closed as {found}" in done.stderr
    last = max(json.loads(line)["ts"] for line in halves[0].read_bytes().splitlines())
    assert ended.isoformat(timespec="milliseconds").replace("+00:00", "Z") == last


def test_a_run_that_ended_otherwise_is_not_closed_again(
    db: Db, writer: str, obs: Run, night: Night, halves: tuple[Path, Path], tmp_path: Path
) -> None:
    import_files(writer, [night.write(tmp_path)])
    done = obs("import", "--as", "error", halves[0], dsn=writer)
    assert "run 5001 of tenant 101 could not be closed: run '5001' already finished as success" in done.stderr
    assert stored(db, 101, 5001) == of_night(night)


def test_a_run_without_run_start_waits_in_quarantine(
    db: Db, writer: str, obs: Run, night: Night, halves: tuple[Path, Path]
) -> None:
    done = obs("import", halves[1], dsn=writer)
    assert done.returncode == 1
    count = len(night.lines) - len(night.lines) // 2
    assert f"{count} lines quarantined: no run_start was seen for this run" in done.stderr
    assert "--start-missing" in done.stderr
    assert db.one("select count(*) from obs.run_event_logs") == 0
    assert obs("import", halves[0], dsn=writer).returncode == 0
    assert db.one("select count(*) from obs.quarantined_events") == 0
    assert stored(db, 101, 5001) == of_night(night)


def test_a_missing_run_is_started_at_its_first_line(
    db: Db, writer: str, obs: Run, night: Night, halves: tuple[Path, Path]
) -> None:
    done = obs("import", "--start-missing", halves[1], dsn=writer)
    assert done.returncode == 0
    status, started = db.row("select status, started_at from obs.enrichment_runs")
    assert status == night.status
    first = json.loads(night.lines[len(night.lines) // 2])["ts"]
    assert started.isoformat(timespec="milliseconds").replace("+00:00", "Z") == first


def test_a_run_whose_start_is_in_another_file_is_not_started_again(
    db: Db, writer: str, night: Night, halves: tuple[Path, Path]
) -> None:
    assert import_files(writer, halves[::-1], ImportOptions(start_missing=True)).complete
    assert stored(db, 101, 5001) == of_night(night)


def test_lines_without_a_tenant_find_their_run(db: Db, writer: str, night: Night, tmp_path: Path) -> None:
    lines = [json.loads(line) for line in night.lines]
    for line in lines[1:]:
        del line["tenant_id"]
    file = tmp_path / "night.log"
    file.write_text("\n".join(map(json.dumps, lines)) + "\n")
    assert import_files(writer, [file]).complete
    assert stored(db, 101, 5001) == of_night(night)


def test_a_writer_of_one_tenant_imports_no_other(db: Db, obs: Run, tenants: tuple[str, str], tmp_path: Path) -> None:
    own, foreign = Night("a", 1, companies=3), Night("b", 2, companies=3)  # type: ignore[arg-type]
    file = tmp_path / "both.log"
    file.write_bytes(b"\n".join([*own.lines, *foreign.lines]) + b"\n")
    done = obs("import", file, dsn=db.dsn_for("test_writer_a"))
    assert done.returncode == 1
    assert f"run 2 of tenant b: {len(foreign.lines)} lines quarantined: forbidden_tenant" in done.stderr
    assert db.rows("select distinct tenant_id from obs.run_event_logs") == [("a",)]


def test_many_runs_in_one_file_line_by_line_in_turn(db: Db, writer: str, tmp_path: Path) -> None:
    made = [Night(101 + number, 9000 + number, companies=3) for number in range(25)]
    file = tmp_path / "all.log"
    longest = max(len(night.lines) for night in made)
    turns = [night.lines[turn] for turn in range(longest) for night in made if turn < len(night.lines)]
    file.write_bytes(b"\n".join(turns) + b"\n")
    report = import_files(writer, [file])
    assert report.complete
    for night in made:
        assert report.runs[str(night.tenant), str(night.run)].counts.accepted == len(night.lines)
        assert stored(db, night.tenant, night.run) == of_night(night)
