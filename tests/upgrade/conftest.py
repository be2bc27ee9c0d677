"""Release 0.1.0 as it was: its SQL and its Python client, and databases that it installed and filled.

obs-0.1.0.zip is the release, made once by
    git archive --format=zip -o tests/upgrade/obs-0.1.0.zip 6dcb17b sql python/obs_client
"""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from support.cluster import Cluster
from support.db import Db
from support.install import create_logins, psql

from .use import fill

RELEASE = Path(__file__).with_name("obs-0.1.0.zip")


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked release: sql/ and python/obs_client/."""
    place = tmp_path_factory.mktemp("obs-0.1.0")
    with zipfile.ZipFile(RELEASE) as archive:
        archive.extractall(place)
    return place


@pytest.fixture
def old_db(bare_db: Db, released: Path, server: object) -> Db:
    """A database that has obs 0.1.0, with the logins of the tests."""
    psql(bare_db.dsn, "-1", "-f", released / "sql" / "install.sql")
    create_logins(bare_db.conn)
    assert bare_db.call("version") == "0.1.0"
    return bare_db


@pytest.fixture
def used_db(old_db: Db) -> Db:
    """The same, with something in every table that 0.1.0 has."""
    fill(old_db)
    return old_db


@pytest.fixture
def old_server(disposable_server: Callable[..., Cluster], released: Path) -> Cluster:
    """A server of its own, whose database `old` has a filled obs 0.1.0."""
    cluster = disposable_server()
    psql(cluster.create_database("old"), "-1", "-f", released / "sql" / "install.sql")
    db = Db(cluster.connect("old"))
    fill(db)
    db.close()
    return cluster


def old_client(released: Path, program: str, *args: str, **environment: str) -> subprocess.Popen[str]:
    """A process in which `import obs_client` is the client of 0.1.0."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "OBS_", "PYTHON"))}
    check = f"import obs_client\nassert obs_client.__file__.startswith({str(released)!r}), obs_client.__file__\n"
    return subprocess.Popen(
        [sys.executable, "-c", check + program, *args],
        env={**kept, "PYTHONPATH": str(released / "python"), **environment},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
