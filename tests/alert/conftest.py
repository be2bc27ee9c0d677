"""A host with its tables and seven good nights behind it."""

from __future__ import annotations

import pytest

from support.db import Db
from support.nights import healthy, host_tables, seen_good

GOOD_NIGHTS = 7


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
