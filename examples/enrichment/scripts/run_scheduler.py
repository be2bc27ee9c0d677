"""Enriches every tenant, night after night, within its daily caps: python -m scripts.run_scheduler --nights 3"""

from __future__ import annotations

import argparse
import os

from src.enrichment import Progress
from world.scenario import TENANTS

import obs_client as obs
from scripts.run_nightly import Report, enrich_tenant, opened, quiet


def run_tenant(dsn: str, tenant: str, number: int, progress: Progress = quiet, **size: int) -> Report | None:
    """Runs the tenant's night, if its caps leave places."""
    with opened(dsn, tenant, number, progress, **size) as night:
        caps = night.store.caps_left()
        if caps["companies"] <= 0:
            return None
        with obs.run(tenant, run_id=night.host_run, trace_url=night.trace_url, trace_id=night.trace_id) as run:
            for subject, left in caps.items():
                run.metric("daily_cap", left, subject)
            return enrich_tenant(night, run)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nights", type=int, default=3)
    parser.add_argument("--dsn", default=os.environ.get("DATABASE_URL", ""), help="the pipeline's database")
    arguments = parser.parse_args()
    obs.configure(arguments.dsn)
    for number in range(1, arguments.nights + 1):
        for tenant in TENANTS:
            print(f"night {number}, {tenant}: {run_tenant(arguments.dsn, tenant, number)}")
    obs.close()


if __name__ == "__main__":
    main()
