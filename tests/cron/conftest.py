"""pg_cron's server for one test, with nothing scheduled before and after; and another, on which a minute passes."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from support.binaries import has_extension_library
from support.cron import Minute, begin, live_through, with_pg_cron
from support.db import Db
from support.health import unschedule_all


@pytest.fixture
def cron(cron_db: Db) -> Iterator[Db]:
    """The database pg_cron works in, as superuser; obs_cron may use pg_cron."""
    unschedule_all(cron_db)
    cron_db.execute("grant usage on schema cron to obs_cron")
    yield cron_db
    unschedule_all(cron_db)


@pytest.fixture(scope="session", autouse=True)
def _begun(request: pytest.FixtureRequest) -> Iterator[Future[Minute] | None]:
    """A minute that passes while the other tests run, if any test wants it."""
    wanted = any("minute" in getattr(item, "fixturenames", ()) for item in request.session.items)
    if not wanted or not has_extension_library("pg_cron"):
        yield None
        return
    with with_pg_cron() as cluster, ThreadPoolExecutor(1) as background:
        db = Db(cluster.connect(cluster.dbname))
        begin(cluster, db)
        yield background.submit(live_through, cluster, db)
        db.close()


@pytest.fixture
def minute(_begun: Future[Minute] | None) -> Minute:
    if _begun is None:
        pytest.skip("pg_cron is not installed for this PostgreSQL")
    return _begun.result()
