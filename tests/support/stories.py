"""What a test's database holds when the test begins: stories, each told once a worker and cloned for every test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from support.db import Db
from support.install import install_for_tests


@dataclass(frozen=True)
class Story:
    """`tell` is given a database in which the story `after` has been told. Nothing in it may age within minutes, and
    nothing may have been claimed for a forwarder: clones are other databases, whose forwarders would be silent."""

    name: str
    tell: Callable[[Db], Any]
    after: Story | None = None

    def whole(self) -> Iterator[Story]:
        """This one and those before it."""
        yield self
        if self.after:
            yield from self.after.whole()


def two_tenants(db: Db) -> None:
    for tenant in ("a", "b"):
        db.call("create_tenant", tenant_id=tenant)
        for login in (f"test_reader_{tenant}", f"test_writer_{tenant}"):
            db.call("grant_access", role=login, tenant_id=tenant)


NOTHING = Story("nothing", lambda _: None)
OBS = Story("obs", lambda db: install_for_tests(db.dsn))
TENANTS = Story("tenants", two_tenants, after=OBS)


def fixture_of(story: Story, value: Any = None) -> Any:
    """A fixture of the story's name: `db` (or the value), which begins with the story when a test asks for this."""

    def fixture(db: Db) -> Any:
        return db if value is None else value

    fixture.__doc__ = story.tell.__doc__
    fixture.story = story  # type: ignore[attr-defined]
    return pytest.fixture(name=story.name)(fixture)


def asked_for(test: Any) -> Story:
    """The longest of the stories whose fixtures the test asks for; it must go on from each of the others."""
    chosen = [found[-1].func for found in test._fixtureinfo.name2fixturedefs.values()]
    named = [function.story for function in chosen if hasattr(function, "story")]
    longest = max(named, key=lambda one: len(list(one.whole())), default=OBS)
    strangers = {one.name for one in named} - {one.name for one in longest.whole()}
    assert not strangers, f"{longest.name} does not go on from {strangers}"
    return longest
