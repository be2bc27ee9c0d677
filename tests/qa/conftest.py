"""A host that knows what its companies look like; reviewers of tenants a and b, and a sample of ten companies."""

from __future__ import annotations

import pytest

from support.db import Db
from support.qa import drawn
from support.samples import Host
from support.stories import TENANTS, Story, fixture_of


@pytest.fixture
def host(db: Db) -> Host:
    return Host(db)


def ten_companies(db: Db) -> None:
    """Reviewers of a: test_reviewer_a and test_reviewer; of b: test_reviewer_b. Run r1 of a, ten companies."""
    for login, tenant in (("test_reviewer_a", "a"), ("test_reviewer", "a"), ("test_reviewer_b", "b")):
        db.call("grant_access", role=login, tenant_id=tenant)
    drawn(db)


night = fixture_of(Story("night", ten_companies, after=TENANTS))


@pytest.fixture
def ann(night: Db) -> Db:
    return night.login("test_reviewer_a")


@pytest.fixture
def bea(night: Db) -> Db:
    return night.login("test_reviewer")
