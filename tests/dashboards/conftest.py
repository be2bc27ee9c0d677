"""Nights of two tenants, as the dashboards' demo has them, and a dashboard login of each."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from support.db import Db
from support.install import ROOT, psql


@pytest.fixture
def nights(db: Db, new_login: Callable[..., str]) -> dict[str, Db]:
    """The database as the login of each tenant sees it."""
    psql(db.dsn, "-1", "-v", "nights=2", "-f", ROOT / "tools" / "dashboard_demo.sql")
    logins = {}
    for tenant in ("alba", "brisk"):
        login = new_login("obs_bi")
        db.call("grant_access", role=login, tenant_id=tenant)
        logins[tenant] = db.login(login)
    return logins
