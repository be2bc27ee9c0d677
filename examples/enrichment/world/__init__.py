"""The made-up world the pipeline works on: companies, their web sites and four vendors, all on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from world.scenario import Scenario
from world.sites import sites
from world.vendors import vendors


@contextmanager
def opened(scenario: Scenario) -> Iterator[tuple[dict[str, tuple[str, int]], str]]:
    """Starts one night's servers; yields where sites are served, per scheme, and the vendors' base URL."""
    os.environ.setdefault("RES_OPTIONS", "timeout:1 attempts:1")  # dead domains: also without a name server in reach
    with sites(scenario) as gateway, vendors(scenario) as base_url:
        yield gateway, base_url
