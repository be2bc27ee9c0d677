"""Importing under fire: killed, stopped, twice at once, with the server going away. The numbers come out the same."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from obs_client import wire
from obs_client.cli.trouble import sentence
from obs_client.importing import ImportOptions, import_files
from obs_client.importing.door import Door
from support.cluster import Cluster
from support.db import Db
from support.loglines import Night
from support.totals import of_night, stored

from .conftest import clean_environment

# Whoever runs the tests behind a shell's `&` has them ignore SIGINT, and so would their children.
IMPORT = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)
from obs_client import wire
from obs_client.importing.door import Door
wire.MAX_ROWS = int(sys.argv[1])
send, pause = Door.send, float(sys.argv[2])
Door.send = lambda self, rows: (send(self, rows), time.sleep(pause))[0]
from obs_client.cli.app import run
sys.exit(run(["import", *sys.argv[3:]]))
"""


def start(dsn: str, *files: Path, rows: int = 40, pause: float = 0) -> subprocess.Popen[str]:
    """An import in small batches, in a process of its own, that pauses for some seconds after each."""
    return subprocess.Popen(
        [sys.executable, "-c", IMPORT, str(rows), str(pause), *map(str, files)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=clean_environment(OBS_DSN=dsn),
    )


def kill_and_go_on(db: Db, writer: str, directory: Path, number: int) -> bool:
    """Whether the kill struck in the middle."""
    night = Night(101, 9000 + number, companies=40)
    file = night.write(directory, packed=number % 2 == 0)
    process = start(writer, file)
    query = "select count(*) from obs.run_event_logs where run_id = %s"
    wanted = random.Random(number).randrange(1, len(night.lines))
    while process.poll() is None and db.one(query, (str(night.run),)) < wanted:
        time.sleep(0.002)
    process.kill()
    process.communicate()
    struck = 0 < db.one(query, (str(night.run),)) < len(night.lines)
    report = import_files(writer, [file])
    assert report.complete
    assert stored(db, 101, night.run) == of_night(night)
    assert db.one(query, (str(night.run),)) == len(night.lines)
    return struck


def test_a_killed_import_goes_on_where_it_was(db: Db, writer: str, tmp_path: Path) -> None:
    assert sum(kill_and_go_on(db, writer, tmp_path, number) for number in range(4)) > 0


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_killed_two_hundred_times(db: Db, writer: str, tmp_path: Path) -> None:
    assert sum(kill_and_go_on(db, writer, tmp_path, number) for number in range(200)) > 100


def test_two_imports_of_the_same_files_at_once(db: Db, writer: str, tmp_path: Path) -> None:
    made = [Night(101 + number, 5001 + number, companies=40) for number in range(3)]
    files = [night.write(tmp_path) for night in made]
    both = [start(writer, *files), start(writer, *files)]
    for process in both:
        _, errors = process.communicate(timeout=120)
        assert (process.returncode, errors) == (0, "")
    for night in made:
        assert stored(db, night.tenant, night.run) == of_night(night)
    assert db.one("select count(*) from obs.run_event_logs") == sum(len(night.lines) for night in made)


def test_ctrl_c_ends_it_with_what_is_in(db: Db, writer: str, tmp_path: Path) -> None:
    night = Night(101, 5001, companies=300)
    file = night.write(tmp_path)
    process = start(writer, file, rows=20, pause=0.1)
    while db.one("select count(*) from obs.run_event_logs") <= 20:  # the first batch is answered, dozens are to come
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    shown, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert errors.splitlines()[-1] == ("obs: stopped: import the same files again to go on, nothing counts twice")
    assert "Traceback" not in errors
    accepted = int(shown.splitlines()[1].split()[3])
    assert 0 < accepted < len(night.lines)
    again = import_files(writer, [file])
    assert again.complete
    assert stored(db, 101, 5001) == of_night(night)


def test_cut_connections_are_opened_again(db: Db, writer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MAX_ROWS", 25)
    night = Night(101, 5001, companies=80)
    done = threading.Event()

    def cut() -> None:
        with psycopg.connect(db.dsn, autocommit=True) as axe:
            pause_s = 0.1
            while not done.wait(pause_s):
                axe.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'test_writer'")
                pause_s *= 1.1  # however slow the machine is, a batch has the time it needs in the end

    thread = threading.Thread(target=cut)
    thread.start()
    try:
        report = import_files(writer, [night.write(tmp_path)], ImportOptions(pauses=(0.01,) * 50))
    finally:
        done.set()
        thread.join()
    assert report.complete
    assert stored(db, 101, 5001) == of_night(night)


def test_a_server_that_comes_back_finds_the_import_waiting(
    disposable_server: Callable[..., Cluster], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "MAX_ROWS", 25)
    server = disposable_server()
    night = Night(101, 5001, companies=60)
    send, sent = Door.send, []

    def send_and_restart(self: Door, rows: list[str]) -> object:
        sent.append(len(rows))
        if len(sent) == 5:
            server.restart("immediate")
        return send(self, rows)

    monkeypatch.setattr(Door, "send", send_and_restart)
    assert import_files(server.dsn("obs", "test_writer"), [night.write(tmp_path)]).complete
    with server.connect("obs") as conn:
        assert stored(Db(conn), 101, 5001) == of_night(night)


def test_a_server_that_stays_away_is_one_sentence(
    disposable_server: Callable[..., Cluster], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "MAX_ROWS", 25)
    server = disposable_server()
    send, sent = Door.send, []

    def send_and_stop(self: Door, rows: list[str]) -> object:
        sent.append(len(rows))
        if len(sent) == 5:
            server.stop("immediate")
        return send(self, rows)

    monkeypatch.setattr(Door, "send", send_and_stop)
    file = Night(101, 5001, companies=60).write(tmp_path)
    with pytest.raises(psycopg.OperationalError) as raised:
        import_files(server.dsn("obs", "test_writer"), [file], ImportOptions(pauses=(0.01, 0.02)))
    assert sentence(raised.value).startswith("the database cannot be reached: ")
    assert len(sent) == 5
