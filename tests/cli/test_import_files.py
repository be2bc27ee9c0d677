"""Files that are damaged, odd or no logs at all: what can be read goes in, the rest is named."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from obs_client.importing import import_files
from support.db import Db
from support.loglines import Night

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def night() -> Night:
    return Night(101, 5001, companies=20)


def events(db: Db) -> int:
    return int(db.one("select count(*) from obs.run_event_logs"))


def test_bad_lines_in_the_middle_are_named_with_their_numbers(
    db: Db, writer: str, obs: Run, night: Night, tmp_path: Path
) -> None:
    lines = list(night.lines)
    lines[10:10] = [b'{"ts": "2026', b"plain text", b"[1, 2]", b'{"event": "finish"}', b"\x00\xff\xfe"]
    file = tmp_path / "mixed.log"
    file.write_bytes(b"\n".join(lines) + b"\n")
    done = obs("import", file, dsn=writer)
    assert done.returncode == 1
    assert events(db) == len(night.lines)
    wanted = {
        11: "not valid JSON",
        12: "not valid JSON",
        13: "not a JSON object",
        14: "no run_id",
        15: "not valid JSON",
    }
    assert done.stderr.splitlines() == [f"obs: {file}:{number}: {why}: left out" for number, why in wanted.items()]


def test_many_bad_lines_are_counted(writer: str, obs: Run, night: Night, tmp_path: Path) -> None:
    file = tmp_path / "mixed.log"
    file.write_bytes(night.lines[0] + b"\n" + b"oops\n" * 1_000)
    done = obs("import", file, dsn=writer)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-2:][0] == "obs: 980 more lines were left out"


@pytest.mark.parametrize("share", [0.2, 0.9])
def test_of_a_truncated_archive_the_beginning_goes_in(
    db: Db, writer: str, obs: Run, night: Night, tmp_path: Path, share: float
) -> None:
    file = night.write(tmp_path, packed=True)
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * share)])
    done = obs("import", file, dsn=writer)
    assert done.returncode == 1
    assert f"{file}: its compressed data ends early; what could be read before is in" in done.stderr
    assert len(night.lines) * share / 3 < events(db) < len(night.lines)
    file.write_bytes(data)
    again = import_files(writer, [file])
    assert again.complete
    assert events(db) == len(night.lines)


def test_of_a_damaged_archive_the_beginning_goes_in(
    db: Db, writer: str, obs: Run, night: Night, tmp_path: Path
) -> None:
    file = night.write(tmp_path, packed=True)
    data = bytearray(file.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 8] = b"\xff" * 8
    file.write_bytes(data)
    done = obs("import", file, dsn=writer)
    assert done.returncode == 1
    assert "its compressed data is damaged" in done.stderr or "ends early" in done.stderr
    assert 0 < events(db) < len(night.lines)


def test_several_archives_in_one_file(db: Db, writer: str, night: Night, tmp_path: Path) -> None:
    file = tmp_path / "joined.gz"
    parts = [night.lines[:50], night.lines[50:]]
    file.write_bytes(b"".join(gzip.compress(b"\n".join(part) + b"\n") for part in parts))
    assert import_files(writer, [file]).complete
    assert events(db) == len(night.lines)


def test_a_pipe_and_an_empty_file(db: Db, writer: str, obs: Run, night: Night, tmp_path: Path) -> None:
    (tmp_path / "empty.log").touch()
    (tmp_path / "blank.log").write_text("\n\n")
    (tmp_path / "empty.log.gz").write_bytes(gzip.compress(b""))
    for name in ("empty.log", "blank.log", "empty.log.gz"):
        done = obs("import", tmp_path / name, dsn=writer)
        assert (done.returncode, done.stderr) == (0, "")
        assert "0 lines in" in done.stdout
    with open(night.write(tmp_path, packed=True), "rb") as packed:
        assert obs("import", "-", dsn=writer, stdin=packed).returncode == 0
    assert events(db) == len(night.lines)
    done = obs("import", "--start-missing", "-", dsn=writer)
    assert (done.returncode, done.stdout) == (2, "")
    assert "is a pipe" in done.stderr


def test_a_named_pipe_is_read_once(db: Db, writer: str, night: Night, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    thread = threading.Thread(target=lambda: pipe.write_bytes(b"\n".join(night.lines) + b"\n"))
    thread.start()
    assert import_files(writer, [pipe]).complete
    thread.join()
    assert events(db) == len(night.lines)


NO_LOGS = {
    "table.csv": b"ts,level,event\n2026-11-18,INFO,finish\n",
    "picture.png": b"\x89PNG\r\n\x1a\n" + os.urandom(5_000),
    "other.json": b'{\n  "name": "package",\n  "version": 1\n}\n',
    "other.jsonl": b'{"event": "login", "user": 1}\n{"msg": "hello"}\n',
    "array.json": json.dumps([{"event": "finish", "run_id": 1}]).encode(),
    "numbers.txt": b"1\n2\n3\n",
    "zero.bin": bytes(3_000_000),
    "log.xz": b"\xfd7zXZ\x00" + bytes(100),
    "log.zst": b"\x28\xb5\x2f\xfd" + bytes(100),
    "csv.gz": gzip.compress(b"a,b\n1,2\n"),
}


@pytest.mark.parametrize("name", NO_LOGS)
def test_what_is_no_log_is_refused_before_anything_goes_in(
    db: Db, writer: str, obs: Run, night: Night, tmp_path: Path, name: str
) -> None:
    file = tmp_path / name
    file.write_bytes(NO_LOGS[name])
    done = obs("import", night.write(tmp_path), file, dsn=writer)
    assert done.returncode == 2
    assert done.stdout == ""
    (sentence,) = done.stderr.splitlines()
    assert sentence.startswith(f"obs: {file} is ")
    assert "not a log of obs" in sentence or "unpack it first" in sentence
    assert events(db) == 0


def test_a_line_without_end_does_not_fill_the_memory(writer: str, night: Night, tmp_path: Path, db: Db) -> None:
    file = tmp_path / "long.log"
    long = b'{"run_id": 1, "event": "' + b"x" * (17 << 20) + b'"}'
    file.write_bytes(b"\n".join([*night.lines[:5], long, *night.lines[5:]]) + b"\n")
    report = import_files(writer, [file])
    assert [(line.number, line.why) for line in report.bad] == [(6, "longer than 16 MB")]
    assert events(db) == len(night.lines)


def test_values_that_are_not_clean_are_mended_and_go_in(db: Db, writer: str, tmp_path: Path) -> None:
    night = Night(101, 5001, companies=1)
    item = {**json.loads(night.lines[2]), "event": "finish", "status": "success", "logger": "obs.stage"}
    odd = [
        json.dumps({**item, "company_id": "nul\0here"}),
        json.dumps({**item, "company_id": "half \ud83d"}),
        json.dumps({**item, "duration_ms": float("nan"), "cost_usd": float("inf"), "extra": {"x": float("nan")}}),
        json.dumps({**item, "duration_ms": -5, "tokens_input": "12", "cost_usd": "0.25"}),
        json.dumps({**item, "ts": "yesterday", "error_msg": "x" * 100_000, "extra": ["a"]}),
        json.dumps({**item, "duration_ms": 10**30, "cost_usd": 1e300, "seq": -1, "extra": {"deep": [[[[]]]] * 9}}),
        json.dumps({**item, "run_id": 5001.0, "tenant_id": 101, "error_code": "tab\tline\nback\\slash"}),
        json.dumps({**item, "company_id": "latin"}).encode().replace(b"latin", b"\xe9\xe8").decode("latin-1"),
    ]
    file = tmp_path / "odd.log"
    file.write_bytes(night.lines[0] + b"\n" + "\n".join(odd).encode("latin-1") + b"\n")
    report = import_files(writer, [file])
    assert report.bad_lines == 0
    assert report.counts.accepted + report.counts.quarantined == len(odd) + 1
    assert report.counts.quarantined <= 1
    assert import_files(writer, [file]).counts.accepted == 0


def test_a_log_in_utf_16_is_told_so(obs: Run, writer: str, tmp_path: Path) -> None:
    for name, encoding in (("marked.log", "utf-16"), ("unmarked.log", "utf-16-le")):
        file = tmp_path / name
        file.write_text('{"event": "run_start", "run_id": "1"}\n', encoding=encoding)
        done = obs("import", file, dsn=writer)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == f"obs: {file} is in UTF-16: a log of obs is in UTF-8, save it so\n"


def test_one_line_is_one_line(obs: Run, writer: str, tmp_path: Path) -> None:
    one = tmp_path / "one.log"
    one.write_text(
        '{"event": "finish", "run_id": "1", "tenant_id": "a", "stage": "crawl", "ts": "2026-03-02T01:00:00Z"}\n'
    )
    done = obs("import", one, dsn=writer)
    assert done.returncode == 1
    assert "\n1 line in " in done.stdout
    assert "1 line quarantined: no run_start was seen for this run" in done.stderr
