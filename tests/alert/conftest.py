"""Alerts as a test drives them: a run with the numbers it wants, a host with its tables, good nights behind it."""

from __future__ import annotations

import pytest

from support.alerts import Watch
from support.db import Db
from support.diagnosed import healthy, host_tables, seen_good

GOOD_NIGHTS = 7


@pytest.fixture
def watch(db: Db) -> Watch:
    """Tenant a with every rule of obs; what an evaluation finds and tells."""
    db.execute("select obs.create_tenant('a')")
    return Watch(db)


@pytest.fixture
def host(db: Db, tenants: tuple[str, str]) -> Db:
    """The database with the pipeline's own tables."""
    host_tables(db)
    return db


@pytest.fixture
def history(host: Db) -> Db:
    """Seven good nights of tenant a; the next one is number 7."""
    for number in range(GOOD_NIGHTS):
        run = healthy(host, number)
    for code in ("MV-01", "CR-02", "VQ-03", "OA-04", "CC-05", "OE-06"):
        seen_good(host, code, run)
    return host
