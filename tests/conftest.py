"""The fixtures: one server a worker, one database a test, cloned from a template that has obs installed."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from support.binaries import has_extension_library
from support.binaries import pgbouncer as pgbouncer_program
from support.cluster import Cluster
from support.cron import with_pg_cron
from support.databases import Databases
from support.db import Db
from support.install import ROOT, install_for_tests
from support.pooler import Pooler
from support.scheduling import longest_first
from support.stories import NOTHING, TENANTS, asked_for, fixture_of
from support.warm import Warm

SHARED = ROOT.parent / "shared" / "data" / "events"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from support.scheduling import Shared

    return Shared(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    longest_first(items)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """This worker's own server, as its superuser; OBS_TEST_DSN names a running one to use instead."""
    if given := os.environ.get("OBS_TEST_DSN"):
        yield given
        return
    cluster = Cluster()
    try:
        yield cluster.start().dsn()
    finally:
        cluster.close()


@pytest.fixture(scope="session")
def databases(server: str, worker_id: str) -> Iterator[Databases]:
    opened = Databases(server, f"obs_test_{worker_id}")
    yield opened
    opened.close()


@pytest.fixture
def db(databases: Databases, request: pytest.FixtureRequest) -> Iterator[Db]:
    """A database with obs, as superuser; `db.login("test_reader_a")` is somebody else's view of it."""
    with databases.opened(asked_for(request.node)) as opened:
        yield opened


@pytest.fixture
def dsn(db: Db) -> str:
    """The same database as a connection string."""
    return db.dsn


@pytest.fixture
def bare_db(databases: Databases) -> Iterator[Db]:
    """An empty database, for what installing does."""
    with databases.opened(NOTHING) as opened:
        yield opened


# Two tenants, `a` and `b`, with a reader and a writer login each (test_reader_a, test_writer_a, …).
tenants = fixture_of(TENANTS, value=("a", "b"))


@pytest.fixture(scope="session")
def _installed_server() -> Iterator[Cluster]:
    """Stopped, with obs in the database `obs`: to be copied. Copies have one system identifier."""
    cluster = Cluster()
    try:
        cluster.start()
        install_for_tests(cluster.create_database("obs"))
        cluster.stop()
        yield cluster
    finally:
        cluster.close()


@pytest.fixture
def disposable_server(_installed_server: Cluster) -> Iterator[Callable[..., Cluster]]:
    """Makes servers a test may stop, restart and kill; with obs in the database `obs`."""
    made: list[Cluster] = []

    def make(**settings: str) -> Cluster:
        cluster = Cluster(copy_of=_installed_server, **settings)
        made.append(cluster)
        return cluster.start()

    yield make
    for cluster in made:
        cluster.close()


@pytest.fixture(scope="session")
def cron_server() -> Iterator[Cluster]:
    if not has_extension_library("pg_cron"):
        pytest.skip("pg_cron is not installed for this PostgreSQL")
    with with_pg_cron() as cluster:
        yield cluster


@pytest.fixture
def cron_db(cron_server: Cluster) -> Iterator[Db]:
    """The database pg_cron works in. It is shared: a test removes what it scheduled."""
    opened = Db(cron_server.connect(cron_server.dbname))
    yield opened
    opened.close()


@pytest.fixture
def pgbouncer(db: Db) -> Iterator[Pooler]:
    """A transaction pooler of two server connections in front of the test's database."""
    if pgbouncer_program() is None:
        pytest.skip("pgbouncer is not installed")
    info = db.conn.info
    pooler = Pooler(info.host, info.port, info.dbname)
    yield pooler
    pooler.close()


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    started = Warm()
    yield started
    started.close()


@pytest.fixture(scope="session")
def _login_numbers() -> Iterator[int]:
    return itertools.count(1)


@pytest.fixture
def new_login(db: Db, _login_numbers: Iterator[int], worker_id: str) -> Iterator[Callable[..., str]]:
    """Makes a login role of this test's own: new_login("obs_reader") returns its name."""
    made: list[str] = []

    def make(*groups: str, attributes: str = "") -> str:
        name = f"test_{worker_id}_{next(_login_numbers)}"
        made.append(name)
        db.execute(f"create role {name} login {attributes}")
        for group in groups:
            db.execute(f"grant {group} to {name}")
        return name

    yield make
    for name in made:
        db.execute(f"drop owned by {name} cascade")
        db.execute(f"drop role {name}")


@pytest.fixture
def shared_events() -> list[Path]:
    """Real logs with known totals, where this tree stands beside them."""
    files = sorted(SHARED.glob("*tenant*.jsonl.gz"))
    if not files:
        pytest.skip(f"no shared test data in {os.path.relpath(SHARED, ROOT)}: only the made-up logs were imported")
    return files


@pytest.fixture
def elsewhere() -> Iterator[Cluster]:
    """A server that has never heard of obs or its roles."""
    cluster = Cluster()
    try:
        yield cluster.start()
    finally:
        cluster.close()
