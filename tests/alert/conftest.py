"""Alerts as a test drives them: a run with the numbers it wants, the clock, what was told."""

from __future__ import annotations

import pytest

from support.alerts import Watch
from support.db import Db


@pytest.fixture
def watch(db: Db) -> Watch:
    """Tenant a with every rule of obs; what an evaluation finds and tells."""
    db.execute("select obs.create_tenant('a')")
    return Watch(db)
