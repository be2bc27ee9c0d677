"""Alerts as a test drives them: a run with the numbers it wants, a host with its tables, good nights behind it."""

from __future__ import annotations

import pytest

from support.alerts import Watch
from support.db import Db
from support.histories import HISTORY, host_tables
from support.stories import fixture_of


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


history = fixture_of(HISTORY)
