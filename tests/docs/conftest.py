"""Databases that a page's snippets run in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.db import Db
from support.install import ROOT, psql


@pytest.fixture
def no_roles_left(bare_db: Db) -> Iterator[None]:
    """Roles belong to the server: those that a page makes go with it."""
    known = {name for (name,) in bare_db.rows("select rolname from pg_roles")}
    yield
    for (name,) in bare_db.rows("select quote_ident(rolname) from pg_roles where rolname not like 'obs\\_%'"):
        if name not in known:
            bare_db.execute(f"drop owned by {name} cascade")
            bare_db.execute(f"drop role {name}")


@pytest.fixture
def empty(bare_db: Db, no_roles_left: None) -> str:
    """An empty database, as the quick start wants it."""
    return bare_db.dsn


@pytest.fixture
def sample(db: Db, no_roles_left: None) -> str:
    """A database with obs and the two tenants of docs/sample.sql."""
    psql(db.dsn, "-1", "-o", "/dev/null", "-f", ROOT / "docs" / "sample.sql")
    return db.dsn
