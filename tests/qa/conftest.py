"""A host that knows what its companies look like; reviewers of tenants a and b, and a sample of ten companies."""

from __future__ import annotations

import pytest

from support.db import Db
from support.qa import drawn
from support.samples import Host


@pytest.fixture
def host(db: Db) -> Host:
    return Host(db)


@pytest.fixture
def night(db: Db, tenants: tuple[str, str]) -> Db:
    """Reviewers of a: test_reviewer_a and test_reviewer; of b: test_reviewer_b. Run r1 of a, ten companies."""
    for login, tenant in (("test_reviewer_a", "a"), ("test_reviewer", "a"), ("test_reviewer_b", "b")):
        db.call("grant_access", role=login, tenant_id=tenant)
    drawn(db)
    return db


@pytest.fixture
def ann(night: Db) -> Db:
    return night.login("test_reviewer_a")


@pytest.fixture
def bea(night: Db) -> Db:
    return night.login("test_reviewer")
