"""Enriches every tenant, night after night, within its daily caps: python -m scripts.run_scheduler --nights 3"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator

from src.enrichment import Progress
from world.scenario import TENANTS

from scripts.run_nightly import Report, enrich_tenant, opened, quiet


def run_night(dsn: str, number: int, progress: Progress = quiet, **size: int) -> Iterator[tuple[str, Report]]:
    """Runs the night for each tenant that has places left today."""
    for tenant in TENANTS:
        with opened(dsn, tenant, number, progress, **size) as night:
            if night.store.caps_left()["companies"] > 0:
                yield tenant, enrich_tenant(night)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nights", type=int, default=3)
    parser.add_argument("--dsn", default=os.environ.get("DATABASE_URL", ""), help="the pipeline's database")
    arguments = parser.parse_args()
    for number in range(1, arguments.nights + 1):
        for tenant, report in run_night(arguments.dsn, number):
            print(f"night {number}, {tenant}: {report}")


if __name__ == "__main__":
    main()
