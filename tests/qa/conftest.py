"""A host that knows what its companies look like."""

from __future__ import annotations

import pytest

from support.db import Db
from support.samples import Host


@pytest.fixture
def host(db: Db) -> Host:
    return Host(db)
