"""A line counts once: under another name, in parts, packed, rotated, half written, twice in one command."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from obs_client.importing import Report, import_files
from support.db import Db
from support.loglines import Night
from support.totals import of_night, stored


@pytest.fixture
def night() -> Night:
    return Night(101, 5001, companies=25)


@pytest.fixture
def file(night: Night, tmp_path: Path) -> Path:
    return night.write(tmp_path)


def put(path: Path, lines: list[bytes]) -> Path:
    data = b"".join(line + b"\n" for line in lines)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def events(db: Db) -> int:
    return int(db.one("select count(*) from obs.run_event_logs"))


def assert_nothing_new(report: Report, lines: int) -> None:
    assert report.complete
    assert (report.counts.accepted, report.counts.duplicate) == (0, lines)


def test_the_same_lines_in_other_files_are_duplicates(
    db: Db, writer: str, night: Night, file: Path, tmp_path: Path
) -> None:
    assert import_files(writer, [file]).counts.accepted == len(night.lines)
    others = [
        file.rename(tmp_path / "renamed.txt"),
        put(tmp_path / "packed.log.2.gz", night.lines),
        tmp_path / "windows.log",
        tmp_path / "marked.log",
        tmp_path / "no_end.log",
    ]
    others[2].write_bytes(b"\r\n".join(night.lines) + b"\r\n\r\n")
    others[3].write_bytes(b"\xef\xbb\xbf" + b"\n".join(night.lines) + b"\n")
    others[4].write_bytes(b"\n\n" + b"\n".join(night.lines))
    for other in others:
        assert_nothing_new(import_files(writer, [other]), len(night.lines))
    assert stored(db, 101, 5001) == of_night(night)


def test_two_copies_in_one_command_count_once(db: Db, writer: str, night: Night, file: Path, tmp_path: Path) -> None:
    half = put(tmp_path / "half.log", night.lines[: len(night.lines) // 2])
    tail = put(tmp_path / "tail.log.gz", night.lines[-40:])
    report = import_files(writer, [file, half, file, tail])
    assert report.counts.accepted == len(night.lines) == events(db)
    assert stored(db, 101, 5001) == of_night(night)


@pytest.mark.parametrize("cut", [1, 100, -1])
def test_rotated_parts_together_whatever_their_order(
    db: Db, writer: str, night: Night, tmp_path: Path, cut: int
) -> None:
    older, newer = put(tmp_path / "night.log.1.gz", night.lines[:cut]), put(tmp_path / "night.log", night.lines[cut:])
    report = import_files(writer, [newer, older])
    assert report.complete
    assert report.counts.accepted == len(night.lines)
    assert stored(db, 101, 5001) == of_night(night)


def test_rotated_parts_one_by_one_and_the_whole(db: Db, writer: str, night: Night, file: Path, tmp_path: Path) -> None:
    parts = [
        put(tmp_path / f"night.log.{n}", night.lines[n::-1][:0] or night.lines[n * 90 : (n + 1) * 90]) for n in range(9)
    ]
    assert sum(import_files(writer, [part]).counts.accepted for part in parts) == len(night.lines)
    assert stored(db, 101, 5001) == of_night(night)
    assert_nothing_new(import_files(writer, [file]), len(night.lines))


def test_a_file_that_is_still_being_written(db: Db, writer: str, night: Night, tmp_path: Path) -> None:
    growing = tmp_path / "growing.log"
    whole = b"\n".join(night.lines) + b"\n"
    accepted = 0
    for end in (len(night.lines[0]) // 2 + 1, len(whole) // 3, len(whole) // 2, len(whole)):
        growing.write_bytes(whole[:end])
        if end > len(night.lines[0]):
            report = import_files(writer, [growing])
            accepted += report.counts.accepted
            assert all("still being written" in line.why for line in report.bad)
    assert accepted == len(night.lines)
    assert stored(db, 101, 5001) == of_night(night)


def test_equal_lines_are_events_of_their_own(db: Db, writer: str, tmp_path: Path) -> None:
    night = Night(101, 5001, companies=2)
    call = {
        **json.loads(night.lines[1]),
        "event": "vendor_call",
        "logger": "obs.vendor",
        "vendor": "tavily",
        "extra": {},
    }
    equal = json.dumps({**call, "status": "success", "cost_usd": 0.5}).encode()
    lines = [night.lines[0], equal, equal, equal, night.lines[-1].replace(b"run_finish", b"note")]
    file = put(tmp_path / "equal.log", lines)
    for accepted in (5, 0):
        assert import_files(writer, [file]).counts.accepted == accepted
    assert db.one("select count(*) from obs.run_event_logs where event = 'vendor_call'") == 3


def test_equal_lines_on_both_sides_of_a_rotation(db: Db, writer: str, tmp_path: Path) -> None:
    night = Night(101, 5001, companies=2)
    twin = night.lines[5]
    older = put(tmp_path / "night.log.1", [*night.lines[:5], twin])
    newer = put(tmp_path / "night.log", [twin, *night.lines[6:]])
    assert import_files(writer, [newer, older]).counts.accepted == len(night.lines) + 1
    assert import_files(writer, [older, newer]).counts.accepted == 0


def test_lines_with_an_event_id_are_known_by_it(db: Db, writer: str, tmp_path: Path) -> None:
    night = Night(101, 5001, companies=2)
    plain = json.loads(night.lines[0])
    ids = ["01890a5d-ac96-774b-bcce-b302099a8057", "01890A5D-AC96-774B-BCCE-B302099A8057", "not a uuid", "not a uuid"]
    lines = [json.dumps({**plain, "event_id": one}).encode() for one in ids]
    report = import_files(writer, [put(tmp_path / "ids.log", lines)])
    assert (report.counts.accepted, report.counts.duplicate) == (3, 1)
    assert import_files(writer, [put(tmp_path / "again.log", lines)]).counts.accepted == 0
