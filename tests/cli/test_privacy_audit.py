"""`obs privacy audit`: the database and log files, plain and packed; a clear answer to what cannot be read."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import os
import re
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from obs_client import log_audit, log_canaries, redact, redact_masks
from support.db import Db
from support.pipeline import item, start

Run = Callable[..., "subprocess.CompletedProcess[str]"]
RAW = "jane.roe@planted.example.com"
RULES = sorted(name for name in redact_masks.EXPRESSIONS)


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Two clean logs: one as it is written, one rotated and packed."""
    folder = tmp_path / "logs"
    folder.mkdir()
    clean = [{"event": "finish", "run_id": "r1", "error_msg": "timeout", "extra": {"bucket": "High"}}] * 50
    text = "".join(json.dumps(one) + "\n" for one in clean) + "2026-11-25 10:00:00 INFO plain words\n"
    (folder / "run.jsonl").write_text(text)
    (folder / "run.jsonl.1.gz").write_bytes(gzip.compress(text.encode()))
    return folder


@pytest.fixture
def filled(db: Db) -> Db:
    start(db, "r1")
    item(db, "r1", "crawl", ok=False, error_msg="timeout")
    return db


def test_clean_is_0_and_says_what_was_read(obs: Run, filled: Db, ops: str, logs: Path) -> None:
    done = obs("privacy", "audit", "--logs", logs, dsn=ops)
    assert done.returncode == 0, done.stderr
    assert "run_event_logs" in done.stdout
    assert "0 findings, clean" in done.stderr
    assert "logs: 2 files, 102 lines, 0 findings, clean" in done.stderr
    report = json.loads(obs("privacy", "audit", "--logs", logs, "--json", dsn=ops).stdout)
    assert report["database"]["verdict"] == report["logs"]["verdict"] == "clean"


def test_findings_are_1_by_place_and_never_shown(obs: Run, filled: Db, ops: str, logs: Path) -> None:
    filled.execute("update obs.run_event_logs set error_msg = %s", (RAW,))
    with (logs / "run.jsonl").open("a") as file:
        file.write(json.dumps({"event": "error", "error_msg": f"no {RAW}"}) + "\n")
        file.write("password=hunter2hunter2\n")
    (logs / "old.gz").write_bytes(gzip.compress(b'{"extra": {"prompt": "write to the boss"}}\n'))
    done = obs("privacy", "audit", "--logs", logs, dsn=ops)
    assert done.returncode == 1
    assert "jane.roe" not in done.stdout + done.stderr
    assert "hunter2" not in done.stdout + done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["run_event_logs", "error_msg", "email", "1"] in [line[:4] for line in lines]
    assert [str(logs / "run.jsonl"), "52", "email"] in lines
    assert [str(logs / "run.jsonl"), "53", "secret"] in lines
    assert [str(logs / "old.gz"), "1", "extra"] in lines


UNREAD: dict[str, tuple[bytes, str]] = {
    "cut.gz": (gzip.compress(b"x" * 5000)[:-9], "it cannot be read to its end"),
    "bad.gz": (b"\x1f\x8bnothing", "the gzip file is cut or damaged"),
    "torn.gz": (gzip.compress(bytes(range(256)) * 99)[:20] + b"\xff" * 200, "is cut or damaged"),
    "run.xz": (lzma.compress(RAW.encode()), "it is xz: only plain and gzip files are read"),
    "run.bz2": (bz2.compress(RAW.encode()), "it is bzip2"),
    "run.zip": (b"PK\x03\x04 and so on", "it is zip"),
    "run.zst": (b"\x28\xb5\x2f\xfd and so on", "it is zstd"),
    "utf-16.log": (f"{RAW}\n".encode("utf-16"), "it is in UTF-16"),
    "unmarked.log": (f"{RAW}\n".encode("utf-16-le"), "it is in UTF-16"),
    "utf-16.log.gz": (gzip.compress(f"{RAW}\n".encode("utf-16")), "it is in UTF-16"),
}


@pytest.mark.parametrize("name", UNREAD)
def test_what_cannot_be_read_is_named_and_is_not_clean(obs: Run, logs: Path, name: str) -> None:
    content, said = UNREAD[name]
    (logs / name).write_bytes(content)
    done = obs("privacy", "audit", "--logs-only", "--logs", logs)
    assert (done.returncode, done.stdout) == (2, "")
    (told,) = [line for line in done.stderr.splitlines() if line.startswith("obs: ")]
    assert told.startswith(f"obs: not read: {logs / name}: ")
    assert said in told
    assert "logs: 2 files, 102 lines, 0 findings, incomplete" in done.stderr
    report = json.loads(obs("privacy", "audit", "--logs-only", "--logs", logs, "--json").stdout)["logs"]
    assert (report["verdict"], report["unread_total"], len(report["unread"])) == ("incomplete", 1, 1)


def test_the_audit_goes_on_after_a_damaged_file(obs: Run, logs: Path) -> None:
    (logs / "cut.log.gz").write_bytes(gzip.compress(b"x" * 5000)[:-9])
    (logs / "leak.log").write_text(f"told {RAW}\n" * 4)
    done = obs("privacy", "audit", "--logs-only", "--logs", logs)
    assert done.returncode == 1
    assert len([line for line in done.stdout.splitlines() if "leak.log" in line]) == 4
    assert f"not read: {logs / 'cut.log.gz'}: " in done.stderr
    assert "4 findings, dirty" in done.stderr


def test_links_to_directories_and_to_nothing_are_named(obs: Run, logs: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "leak.log").write_text(f"told {RAW}\n")
    (logs / "linked").symlink_to(elsewhere)
    (logs / "gone").symlink_to(tmp_path / "nowhere")
    done = obs("privacy", "audit", "--logs-only", "--logs", logs)
    assert done.returncode == 2
    assert f"not read: {logs / 'linked'}: a link to a directory is not followed: name it with --logs" in done.stderr
    assert f"not read: {logs / 'gone'}: it is gone, or a link that leads nowhere" in done.stderr
    assert obs("privacy", "audit", "--logs-only", "--logs", logs / "linked").returncode == 1


def test_where_nothing_was_read_nothing_is_clean(obs: Run, filled: Db, ops: str, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    done = obs("privacy", "audit", "--logs", empty, dsn=ops)
    assert done.returncode == 2
    assert "run_event_logs" in done.stdout  # what the database said is not lost
    assert f"not read: {empty}: there is no file in it" in done.stderr
    assert "logs: 0 files, 0 lines, 0 findings, incomplete" in done.stderr


def test_what_is_not_there_is_told_before_the_database_is_asked(obs: Run, tmp_path: Path) -> None:
    nowhere = "host=127.0.0.1 port=1"
    for logs, said in ((tmp_path / "none", f"there is no {tmp_path / 'none'}: --logs takes a directory"),
                       ("", "--logs is empty: it takes a directory")):  # fmt: skip
        done = obs("privacy", "audit", "--logs", logs, dsn=nowhere)
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_since_is_a_date_that_has_been(obs: Run, filled: Db, ops: str) -> None:
    assert obs("privacy", "audit", "--since", "2026-03-01", dsn=ops).returncode == 0
    for since in ("gestern", "2026-13-01", ""):
        done = obs("privacy", "audit", "--since", since, dsn="host=127.0.0.1 port=1")
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == f"obs: --since {since}: it takes a date such as 2026-03-01\n"
    done = obs("privacy", "audit", "--since", "2999-01-01", dsn=ops)
    assert (done.returncode, done.stdout) == (2, "")
    assert "is still to come" in done.stderr


def test_a_missing_right(obs: Run, filled: Db) -> None:
    done = obs("privacy", "audit", dsn=filled.dsn_for("test_reader"))
    assert (done.returncode, "permission denied" in done.stderr) == (2, True)
    assert obs("privacy", "audit", "--logs-only").returncode == 2


@pytest.mark.parametrize("name", RULES)
def test_a_rule_of_the_client_that_is_off_is_told(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each expression that finds something to mask; what only says what may stay makes more masked, not less."""
    assert log_canaries.missed_canaries("seed") == []
    monkeypatch.setitem(redact_masks.EXPRESSIONS, name, re.compile(r"(?!x)(x)"))
    if name in ("mask", "url", "flat", "odd_word", "suspect", "plain_run", "odd_run", "secret_run"):
        assert log_canaries.missed_canaries("seed") == []
    else:
        assert log_canaries.missed_canaries("seed") != []


@pytest.mark.parametrize("name", ["redact_text", "redact_extra", "redact_id"])
def test_a_redactor_that_does_nothing_is_told(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_canaries, name, lambda value, *_: value)
    assert log_canaries.missed_canaries("seed") != []


@pytest.mark.parametrize(
    "name",
    ["suspect", "take_emails", "mask_spelled", "mask_secrets", "mask_numbers", "mask_runs", "unveil", "key_class"],
)
def test_a_helper_that_does_nothing_is_told(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    off = {"suspect": lambda _: False, "key_class": lambda _: "other"}
    monkeypatch.setattr(redact, name, off.get(name, lambda text, *_: text))
    assert log_canaries.missed_canaries("seed") != []


@pytest.mark.parametrize(
    "secret", [RAW, "card 4111111111111111", "ghp_" + "a1B2c3D4e5" * 3 + "a1B2c3", "password: hunter2hunter2"]
)
def test_what_lies_across_two_pieces_of_a_line_is_found_once(tmp_path: Path, secret: str) -> None:
    path = tmp_path / "long.log"
    for cut in range(len(secret) + 1):
        head = ("word " * log_audit.PIECE)[: log_audit.PIECE - cut - 1]
        path.write_text(f"{head} {secret} end\nnext line\n")
        report = log_audit.audit_logs([path], "s")
        assert report.findings_total == 1, (cut, report.findings)
        assert (report.findings[0]["line"], report.lines) == (1, 2)


def test_a_line_without_end_needs_no_memory(tmp_path: Path) -> None:
    """200 MB in one line, in a process that may use 400 MB in all."""
    path = tmp_path / "endless.log"
    with path.open("wb") as file:
        for _ in range(200):
            file.write(b"word " * 209715)
    code = (
        "import sys; from pathlib import Path; from obs_client.log_audit import audit_logs; "
        "print(audit_logs([Path(sys.argv[1])], 's').findings_total)"
    )
    limit = 400 * 1024 * 1024
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        capture_output=True,
        text=True,
        env={**os.environ},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
        timeout=300,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "0"), done.stderr
