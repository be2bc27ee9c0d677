"""Clients with short waits, their spools as dictionaries, and other processes that use the client."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from obs_client import Client, Run, Settings

QUICK = {"poll": 0.01, "linger": 0.02, "exit_timeout": 20.0}


@pytest.fixture
def spool_dir(tmp_path: Path) -> Path:
    return tmp_path / ".logs"


@pytest.fixture(autouse=True)
def _no_database_by_accident(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("PG", "OBS_"))]:
        monkeypatch.delenv(name)


@pytest.fixture
def make_client(spool_dir: Path) -> Iterator[Callable[..., Client]]:
    """Makes clients that are closed after the test; without `dsn` they only spool."""
    made: list[Client] = []

    def make(**settings: Any) -> Client:
        made.append(Client(Settings(**{"spool_dir": spool_dir, "dsn": "", **QUICK, **settings})))
        return made[-1]

    yield make
    for client in made:
        client.close(5.0)


@pytest.fixture
def new_run() -> Callable[..., Run]:
    def make(client: Client, tenant_id: str = "a", **numbers: Any) -> Run:
        return Run(client, tenant_id, "nightly", None, None, None, None, numbers)

    return make


@pytest.fixture
def lines(spool_dir: Path) -> Callable[..., list[dict[str, Any]]]:
    """The whole lines that the spool holds, file after file."""

    def read(directory: Path = spool_dir) -> list[dict[str, Any]]:
        files = sorted(directory.glob("*.log"), key=lambda path: path.stat().st_mtime_ns)
        return [json.loads(line) for path in files for line in path.read_text().split("\n")[:-1]]

    return read


@pytest.fixture
def writer_dsn(db: Any) -> str:
    """The test's database as a trusted backend logs in to write."""
    return str(db.dsn_for("test_writer"))


@pytest.fixture
def seqs(db: Any) -> Callable[[], list[int]]:
    """Every stored event's number, so that a lost or doubled one shows."""
    return lambda: [row.seq for row in db.rows("select seq from obs.run_event_logs order by producer, seq")]


@pytest.fixture
def child(tmp_path: Path, spool_dir: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts a Python process with `obs` imported and configured; its program comes from the test."""
    started: list[subprocess.Popen[str]] = []

    def start(program: str, dsn: str = "", **settings: Any) -> subprocess.Popen[str]:
        given = {"dsn": dsn, "spool_dir": str(spool_dir), **QUICK, **settings}
        head = f"import os, sys, time\nimport obs_client as obs\nSETTINGS = {given!r}\nobs.configure(**SETTINGS)\n"
        script = tmp_path / f"child{len(started)}.py"
        script.write_text(head + textwrap.dedent(program))
        process = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, cwd=tmp_path)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def wait_until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


@pytest.fixture(name="wait_until")
def _wait_until() -> Callable[..., None]:
    return wait_until
