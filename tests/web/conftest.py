"""A database a module: two tenants with runs, an alert and samples each, and a server over them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from support.alerts import Watch
from support.databases import Databases
from support.db import Db
from support.qa import drawn
from support.stories import OBS
from support.web import Site

ROLES = ("test_reader_a", "test_reader_b", "test_reviewer_a", "test_reviewer_b", "test_ops", "test_nobody")
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def world(databases: Databases) -> Iterator[Db]:
    """The story in a clone of the template, as superuser."""
    with databases.opened(OBS) as opened:
        tell(opened)
        yield opened


def tell(db: Db) -> None:
    """Of each tenant a good night, one whose crawl failed (alert CR-02), and ten companies drawn of another."""
    for tenant in ("a", "b"):
        db.call("create_tenant", tenant_id=tenant)
        for login in (f"test_reader_{tenant}", f"test_reviewer_{tenant}"):
            db.call("grant_access", role=login, tenant_id=tenant)
        watch = Watch(db)
        watch.run(tenant, f"{tenant}-good")
        watch.run(tenant, f"{tenant}-night", crawl=(40, 30), openai=(20, 4))
        drawn(db, f"{tenant}-qa", tenant=tenant)


@pytest.fixture(scope="module")
def web_login(world: Db, worker_id: str) -> Iterator[str]:
    """The server's login: a member of the roles that tokens name, and nothing else."""
    name = f"test_web_{worker_id}_{next(_numbers)}"
    world.execute(f"create role {name} login noinherit")
    world.execute(f"grant {', '.join(ROLES)} to {name}")
    yield name
    world.execute(f"drop owned by {name} cascade")
    world.execute(f"drop role {name}")


@pytest.fixture(scope="module")
def new_site(world: Db, web_login: str) -> Iterator[Callable[..., Site]]:
    made: list[Site] = []

    def make(**options: Any) -> Site:
        made.append(Site(options.pop("dsn", world.dsn_for(web_login)), **options))
        return made[-1]

    yield make
    for site in made:
        site.close()


@pytest.fixture(scope="module")
def site(new_site: Callable[..., Site]) -> Site:
    return new_site()


@pytest.fixture(scope="module")
def alert_of(world: Db) -> Callable[[str], int]:
    """The number of a tenant's alert about its crawl."""
    query = "select alert_id from obs.alerts where tenant_id = %s and alert_code = 'CR-02' and resolved_at is null"
    return lambda tenant: world.one(query, (tenant,))


@pytest.fixture
def new_role(world: Db, worker_id: str) -> Iterator[Callable[..., str]]:
    """Makes a login role of this test's own: new_role("obs_reader") returns its name."""
    made: list[str] = []

    def make(*groups: str, attributes: str = "") -> str:
        made.append(f"test_role_{worker_id}_{next(_numbers)}")
        world.execute(f"create role {made[-1]} login {attributes}")
        for group in groups:
            world.execute(f"grant {group} to {made[-1]}")
        return made[-1]

    yield make
    for name in made:
        world.execute(f"drop owned by {name} cascade")
        world.execute(f"drop role {name}")
