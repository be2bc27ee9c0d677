"""The cast of the attacks: one login for every role, next to two tenants whose data must stay apart."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from forward.conftest import run_forwarder
from support.db import Db
from tenancy.conftest import crowded, rows_of

__all__ = ["crowded", "run_forwarder"]


@pytest.fixture
def cast(crowded: Db, new_login: Callable[..., str]) -> dict[str, str]:
    """Role in the play -> login. All that can be bound are bound to tenant a."""
    logins = {
        "bound writer": "test_writer_a",
        "unbound writer": "test_writer",
        "reader": "test_reader_a",
        "bi": "test_bi",
        "ops": "test_ops",
        "admin": "test_admin",
        "forwarder": "test_forwarder",
        "cron": "obs_cron",
        "reviewer": new_login("obs_reviewer"),
        "host": new_login(),
        "stranger": "test_nobody",
    }
    for role in ("bi", "reviewer"):
        crowded.call("grant_access", role=logins[role], tenant_id="a")
    crowded.execute(f"create schema host authorization {logins['host']}")
    return logins


@pytest.fixture
def unharmed(crowded: Db) -> Callable[[], None]:
    """Fails when anything of b's is not as it was, in whatever table there is."""
    tables = [
        name
        for (name,) in crowded.rows(
            """select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
            where c.relnamespace = 'obs'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
            order by 1"""
        )
    ]

    def all_of_b() -> dict[str, list[str]]:
        return {name: rows_of(crowded, name, "b") for name in tables}

    before = all_of_b()
    assert sum(bool(rows) for rows in before.values()) > 15

    def check() -> None:
        assert all_of_b() == before

    return check
