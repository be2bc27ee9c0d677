"""Two tenants with a run, an alert and a sample each, and a server over them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from support.alerts import Watch
from support.db import Db
from support.samples import drawn
from support.web import Site

ROLES = ("test_reader_a", "test_reader_b", "test_reviewer_a", "test_reviewer_b", "test_ops", "test_nobody")


@pytest.fixture
def web_login(db: Db, new_login: Callable[..., str]) -> str:
    """The server's login: a member of the roles that tokens name, and nothing else."""
    login = new_login(attributes="noinherit")
    db.execute(f"grant {', '.join(ROLES)} to {login}")
    return login


@pytest.fixture
def story(db: Db, tenants: tuple[str, str]) -> Db:
    """Of each tenant a night that went wrong in its crawl (alert CR-02), and ten companies drawn of another."""
    for tenant, logins in (("a", ("test_reviewer_a", "test_reviewer")), ("b", ("test_reviewer_b",))):
        for login in logins:
            db.call("grant_access", role=login, tenant_id=tenant)
        watch = Watch(db)
        watch.run(tenant, f"{tenant}-good")
        watch.run(tenant, f"{tenant}-night", crawl=(40, 30), openai=(20, 4))
        drawn(db, f"{tenant}-qa", tenant=tenant)
    return db


@pytest.fixture
def new_site(db: Db, web_login: str) -> Iterator[Callable[..., Site]]:
    made: list[Site] = []

    def make(**options: Any) -> Site:
        made.append(Site(options.pop("dsn", db.dsn_for(web_login)), **options))
        return made[-1]

    yield make
    for site in made:
        site.close()


@pytest.fixture
def site(story: Db, new_site: Callable[..., Site]) -> Site:
    return new_site()


@pytest.fixture
def alert_of(db: Db) -> Callable[[str], int]:
    """The number of a tenant's alert about its crawl."""
    return lambda tenant: db.one(
        "select alert_id from obs.alerts where tenant_id = %s and alert_code = 'CR-02' and resolved_at is null",
        (tenant,),
    )
