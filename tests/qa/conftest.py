"""A host that knows what its companies look like; reviewers of tenants a and b, and a sample of ten companies."""

from __future__ import annotations

import pytest

from support.db import Db
from support.qa import NIGHT
from support.samples import Host
from support.stories import fixture_of


@pytest.fixture
def host(db: Db) -> Host:
    return Host(db)


night = fixture_of(NIGHT)


@pytest.fixture
def ann(night: Db) -> Db:
    return night.login("test_reviewer_a")


@pytest.fixture
def bea(night: Db) -> Db:
    return night.login("test_reviewer")
