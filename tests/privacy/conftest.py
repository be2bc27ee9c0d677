"""Runs of tenants a and b in which a person is named."""

from __future__ import annotations

import pytest

from support.db import Db
from support.forgetting import JANE, say
from support.pipeline import start


@pytest.fixture
def written(db: Db) -> Db:
    for tenant in ("a", "b"):
        start(db, f"run-{tenant}", tenant_id=tenant, meta={"contact": JANE})
        say(db, tenant, f"run-{tenant}")
        say(db, tenant, f"nowhere-{tenant}")  # quarantined
    return db
