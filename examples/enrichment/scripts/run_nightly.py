"""Enriches one tenant, now: python -m scripts.run_nightly alba --night 1"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import NAMESPACE_URL, uuid5

import psycopg
import world
from app.main import export
from src.clients import Crawler, Vendor
from src.enrichment import Enrichment, Progress
from src.lead_scoring import score_all
from src.store import Store
from world.companies import prepare
from world.scenario import TENANTS, scenario

import obs_client as obs

FIRST_NIGHT = date(2026, 1, 5)
VENDORS = ("tavily", "lusha", "zerobounce", "openai")


@dataclass(frozen=True)
class Night:
    """What one tenant's night works with."""

    store: Store
    host_run: int
    crawler: Crawler
    vendors: dict[str, Vendor]
    progress: Progress

    @property
    def trace_id(self) -> str:
        """The night's LangSmith trace."""
        return uuid5(NAMESPACE_URL, f"{self.store.tenant}/{self.host_run}").hex

    @property
    def trace_url(self) -> str:
        return f"https://smith.langchain.com/r/{self.trace_id}"


@dataclass(frozen=True)
class Report:
    """What the pipeline itself counted."""

    host_run: int
    considered: int
    selected: int
    scored: int
    exported: int
    refused: int


def quiet(_step: str, _size: int) -> Callable[[], object]:
    """Shows no progress."""
    return lambda: None


@contextmanager
def opened(
    dsn: str, tenant: str, number: int, progress: Progress = quiet, companies: int = 320, cap: int = 180
) -> Iterator[Night]:
    """Connects, makes the tables if need be, starts tonight's sites and vendors, and keeps the host's run row."""
    tonight = scenario(tenant, number)
    with psycopg.connect(dsn, autocommit=True) as connection, world.opened(tonight) as (gateway, base_url):
        prepare(connection, tonight, companies, cap)
        store = Store(connection, tenant, FIRST_NIGHT + timedelta(days=number - 1))
        host_run = store.open_run()
        try:
            vendors = {name: Vendor(name, base_url) for name in VENDORS}
            yield Night(store, host_run, Crawler(gateway), vendors, progress)
        except BaseException:
            store.close_run(host_run, "failed")
            raise
        store.close_run(host_run, "done")


def enrich_tenant(night: Night, run: obs.Run) -> Report:
    """One tenant's night, from candidates to export."""
    store, progress = night.store, night.progress
    caps = store.caps_left()
    done = progress("mv_refresh", 1)
    with run.stage("mv_refresh", planned=1) as stage, stage.item():
        store.refresh_candidates()
    done()
    shortlist = store.shortlist(caps["companies"])
    leads = shortlist.leads
    for name, number, reason in shortlist.funnel():
        run.metric(name, number, reason)
    Enrichment(store, night.crawler, night.vendors, progress, run).enrich(leads, caps["lusha"])
    scores = score_all(store, night.host_run, leads, night.vendors["openai"], progress, run)
    exported, refused = export(store, leads, scores, progress, run)
    store.mark_enriched(leads)
    store.use_cap("companies", len(leads))
    return Report(night.host_run, shortlist.considered, len(leads), len(scores), exported, refused)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tenant", choices=TENANTS)
    parser.add_argument("--night", type=int, default=1, help="1 is healthy, 2 and 3 bring trouble")
    parser.add_argument("--dsn", default=os.environ.get("DATABASE_URL", ""), help="the pipeline's database")
    arguments = parser.parse_args()
    obs.configure(arguments.dsn)
    with opened(arguments.dsn, arguments.tenant, arguments.night) as night:
        print(f"run {night.host_run} begins; its LLM traces: {night.trace_url}")
        with obs.run(arguments.tenant, "adhoc", night.host_run, night.trace_url) as run:
            print(enrich_tenant(night, run))


if __name__ == "__main__":
    main()
