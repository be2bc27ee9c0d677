"""The Python package carries the SQL, and installs the same as psql does."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from support.db import Db
from support.install import ROOT, SQL
from support.snapshot import catalog

OBS = Path(sys.executable).with_name("obs")


def obs(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(OBS), *args], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)


@pytest.fixture
def command_line() -> None:
    if importlib.util.find_spec("obs_client.cli") is None:
        pytest.skip("the command line is not part of this source tree")


@pytest.mark.usefixtures("command_line")
def test_the_command_installs_what_psql_installs(bare_db: Db, db: Db) -> None:
    done = obs("install", "--dsn", bare_db.dsn)
    assert done.returncode == 0, done.stdout + done.stderr
    assert catalog(bare_db) == catalog(db)


@pytest.mark.usefixtures("command_line")
def test_the_command_refuses_a_foreign_schema_in_one_sentence(bare_db: Db) -> None:
    bare_db.execute("create schema obs")
    done = obs("install", "--dsn", bare_db.dsn)
    assert done.returncode in (1, 2)
    assert "foreign or half-installed" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_the_wheel_carries_every_sql_file_and_every_module(tmp_path: Path) -> None:
    from hatchling.builders.wheel import WheelBuilder

    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    with zipfile.ZipFile(wheel) as archive:
        carried = {name: archive.read(name) for name in archive.namelist() if name.startswith("obs_client/")}
    package = ROOT / "python" / "obs_client"
    wanted = {f"obs_client/sql/{path.relative_to(SQL)}": path for path in SQL.rglob("*.sql")}
    wanted |= {f"obs_client/{path.relative_to(package)}": path for path in package.rglob("*.py")}
    for folder in ("templates", "static"):
        wanted |= {f"obs_client/web/{folder}/{path.name}": path for path in (package / "web" / folder).iterdir()}
    wanted["obs_client/py.typed"] = package / "py.typed"
    assert {name: path.read_bytes() for name, path in wanted.items()} == {name: carried.get(name) for name in wanted}
