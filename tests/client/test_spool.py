"""The spool on disk: rotation, positions, what is kept, and a disk that is full."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from obs_client import AttachedRun, Client, spool
from obs_client.spool_file import SpoolFile


def finished(directory: Path, number: int, data: bytes = b"{}\n") -> Path:
    """A wholly sent file of a dead process."""
    file = SpoolFile.create(directory / f"obs-1-{number:016x}.log")
    file.confirm(file.append(data)[1])
    file.retire()
    os.utime(file.path, (number, number))
    return file.path


def test_files_are_private_and_named_after_process_and_producer(
    make_client: Callable[..., Client], lines: Callable[[], list[dict[str, Any]]], spool_dir: Path
) -> None:
    client = make_client()
    AttachedRun(client, "a", "r1").log("note")
    client.flush()
    (path,) = spool_dir.iterdir()
    assert path.name == f"obs-{os.getpid()}-{lines()[0]['producer']}.log"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_beyond_its_size_is_followed_by_the_next(
    make_client: Callable[..., Client], lines: Callable[[], list[dict[str, Any]]], spool_dir: Path
) -> None:
    client = make_client(rotate_bytes=1_000)
    run = AttachedRun(client, "a", "r1")
    for number in range(6):
        run.log("note", number=number)
        run.log("note", number=number)
        client.flush()
    names = {path.name.rsplit("-", 1)[1] for path in spool_dir.glob("*.log")}
    assert {"2.log", "3.log"} < names
    assert [line["seq"] for line in lines()] == list(range(1, 13))


def test_lines_are_read_back_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("obs_client.spool_file.READ_BYTES", 8)
    file = SpoolFile.create(tmp_path / "x.log")
    _, end = file.append(b"one\ntwo\n" + b"3" * 20 + b"\nhalf")
    assert file.read_lines(0, end, 2) == ([b"one", b"two"], 8)
    assert file.read_lines(8, end, 2)[0][0] == b"3" * 20
    position, found = 0, []
    while position < end:
        lines, position = file.read_lines(position, end, 1)
        found += lines
    assert found == [b"one", b"two", b"3" * 20, b"half"]
    assert file.read_lines(end, end, 5) == ([], end)


def test_only_unlocked_files_with_unsent_bytes_are_orphans(tmp_path: Path) -> None:
    finished(tmp_path, 1)
    alive = SpoolFile.create(tmp_path / f"obs-2-{2:016x}.log")
    alive.append(b"{}\n")
    dead = SpoolFile.create(tmp_path / f"obs-3-{3:016x}.log")
    dead.append(b"{}\n{}\n")
    dead.confirm(3)
    dead.retire(whatever=True)
    (tmp_path / "someone-elses.log").write_text("{}\n")
    found = list(spool.orphans(tmp_path))
    assert [(file.path, file.confirmed, file.size) for file in found] == [(dead.path, 3, 6)]
    assert list(spool.orphans(tmp_path)) == [], "an heir holds it now"
    found[0].retire(whatever=True)
    alive.retire(whatever=True)


def test_the_oldest_sent_files_go_first(tmp_path: Path) -> None:
    paths = [finished(tmp_path, number, b"x" * 100) for number in range(1, 6)]
    unsent = SpoolFile.create(tmp_path / f"obs-9-{0:016x}.log")
    unsent.append(b"y" * 1_000)
    unsent.retire(whatever=True)
    spool.prune(tmp_path, keep_bytes=250, keep_files=99)
    assert sorted(path for path in tmp_path.glob("*.log") if path != unsent.path) == paths[3:]
    spool.prune(tmp_path, keep_bytes=250, keep_files=1)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [paths[4].name, paths[4].name + ".pos", unsent.path.name]
    )


def test_a_write_that_fails_leaves_no_half_line(tmp_path: Path) -> None:
    file = SpoolFile.create(tmp_path / "x.log")
    file.append(b"one\n")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        with pytest.raises(OSError):
            file.append(b"two and more\n")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert file.path.read_bytes() == b"one\n"
    assert file.append(b"three\n") == (4, 10)


def test_without_room_on_disk_events_still_reach_the_database(
    db: Any, writer_dsn: str, child: Callable[..., subprocess.Popen[str]], seqs: Callable[[], list[int]]
) -> None:
    program = """
        import resource
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))
        with obs.run("a") as run:
            for number in range(1_000):
                run.log("note")
                if number % 100 == 0:
                    obs.flush()
            obs.flush()
        print(obs.stats().spooled > 0, obs.stats().unspooled > 0, obs.stats().dropped)
    """
    process = child(program, writer_dsn)
    assert process.communicate(timeout=60)[0].split() == ["True", "True", "0"]
    assert process.returncode == 0
    assert seqs() == list(range(1, 1_003))


def test_a_spool_that_cannot_be_made_is_no_obstacle(
    make_client: Callable[..., Client], db: Any, writer_dsn: str, spool_dir: Path, seqs: Callable[[], list[int]]
) -> None:
    spool_dir.write_text("a file where the directory should be")
    client = make_client(dsn=writer_dsn)
    with_run = AttachedRun(client, "a", "r1")
    with_run.log("run_start", "running")
    with_run.log("note")
    assert client.flush()
    assert (client.stats().unspooled, client.stats().accepted) == (2, 2)
    assert seqs() == [1, 2]


def test_without_spool_and_database_the_loss_is_counted(make_client: Callable[..., Client], spool_dir: Path) -> None:
    spool_dir.write_text("a file where the directory should be")
    client = make_client()
    AttachedRun(client, "a", "r1").log("note")
    client.flush()
    assert client.stats().dropped == 1


def test_what_was_in_memory_alone_at_the_end_is_counted_as_lost(
    make_client: Callable[..., Client], spool_dir: Path
) -> None:
    spool_dir.write_text("a file where the directory should be")
    client = make_client(dsn="host=127.0.0.1 port=1")
    AttachedRun(client, "a", "r1").log("note")
    client.close()
    assert client.stats().dropped == 1


def test_a_bound_on_unsent_bytes_holds(make_client: Callable[..., Client], spool_dir: Path) -> None:
    client = make_client(max_spool_bytes=2_000)
    run = AttachedRun(client, "a", "r1")
    for _ in range(50):
        run.log("note")
        client.flush()
    assert sum(path.stat().st_size for path in spool_dir.iterdir()) <= 2_000
    assert client.stats().spooled + client.stats().dropped == 50


def test_sigterm_leaves_whole_lines(
    child: Callable[..., subprocess.Popen[str]], wait_until: Callable[..., None], spool_dir: Path
) -> None:
    process = child("run = obs.attach('a', 'r1')\nwhile True: run.log('note', text='x' * 500)")
    wait_until(lambda: any(path.stat().st_size > 1_000_000 for path in spool_dir.glob("*.log")))
    process.send_signal(signal.SIGTERM)
    process.wait()
    (path,) = spool_dir.glob("*.log")
    whole = path.read_bytes().splitlines()[:-1]
    assert all(json.loads(line) for line in whole)
