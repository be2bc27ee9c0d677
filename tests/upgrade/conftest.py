"""Release 0.1.0 as it was: its SQL and its Python client, and databases that it installed and filled.

obs-0.1.0.zip is the release, made once by
    git archive --format=zip -o tests/upgrade/obs-0.1.0.zip 6dcb17b sql python/obs_client
"""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.cluster import Cluster
from support.databases import Databases
from support.db import Db
from support.install import create_logins, psql
from support.stories import Story

from .use import fill

RELEASE = Path(__file__).with_name("obs-0.1.0.zip")


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked release: sql/ and python/obs_client/."""
    place = tmp_path_factory.mktemp("obs-0.1.0")
    with zipfile.ZipFile(RELEASE) as archive:
        archive.extractall(place)
    return place


@pytest.fixture(scope="session")
def installed_0_1(released: Path) -> Story:
    def install_and_log_in(db: Db) -> None:
        psql(db.dsn, "-1", "-f", released / "sql" / "install.sql")
        create_logins(db.conn)
        assert db.call("version") == "0.1.0"

    return Story("installed_0_1", install_and_log_in)


@pytest.fixture(scope="session")
def used_0_1(installed_0_1: Story) -> Story:
    return Story("used_0_1", fill, after=installed_0_1)


@pytest.fixture
def old_db(databases: Databases, installed_0_1: Story) -> Iterator[Db]:
    """A database that has obs 0.1.0, with the logins of the tests."""
    with databases.opened(installed_0_1) as db:
        yield db


@pytest.fixture
def used_db(databases: Databases, used_0_1: Story) -> Iterator[Db]:
    """The same, with something in every table that 0.1.0 has; its forwarders may speak, though it is a copy."""
    with databases.opened(used_0_1) as db:
        db.call("accept_cluster")
        yield db


@pytest.fixture(scope="session")
def _filled_server(_installed_server: Cluster, released: Path) -> Iterator[Cluster]:
    """Stopped, with a filled obs 0.1.0 in the database `old`: to be copied."""
    cluster = Cluster(copy_of=_installed_server)
    try:
        cluster.start()
        psql(cluster.create_database("old"), "-1", "-f", released / "sql" / "install.sql")
        db = Db(cluster.connect("old"))
        fill(db)
        db.close()
        cluster.stop()
        yield cluster
    finally:
        cluster.close()


@pytest.fixture
def old_server(_filled_server: Cluster) -> Iterator[Cluster]:
    """A server of its own, whose database `old` has a filled obs 0.1.0."""
    cluster = Cluster(copy_of=_filled_server)
    try:
        yield cluster.start()
    finally:
        cluster.close()


def old_client(released: Path, program: str, *args: str, **environment: str) -> subprocess.Popen[str]:
    """A process in which `import obs_client` is the client of 0.1.0."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "OBS_", "PYTHON"))}
    check = f"import obs_client\nassert obs_client.__file__.startswith({str(released)!r}), obs_client.__file__\n"
    return subprocess.Popen(
        [sys.executable, "-c", check + program, *args],
        env={**kept, "PYTHONPATH": str(released / "python"), **environment},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
