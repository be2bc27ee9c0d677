"""The made-up world the pipeline works on: companies, their web sites and four vendors, all on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from world.scenario import Scenario
from world.sites import sites
from world.vendors import vendors


@contextmanager
def opened(scenario: Scenario) -> Iterator[tuple[dict[str, tuple[str, int]], str]]:
    """Starts one night's servers; yields where sites are served, per scheme, and the vendors' base URL."""
    with sites(scenario) as gateway, vendors(scenario) as base_url:
        yield gateway, base_url
