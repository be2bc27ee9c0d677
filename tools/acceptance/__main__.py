"""`make acceptance`: plays the nights, does what people do, and prints the five criteria; exit status 0 when met."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from . import drills, privacy, quality, totals, views
from .criterion import Criterion
from .nights import MADE_UP_COMPANIES, SHARED, NightLog, made_up_nights, real_nights
from .pages import Site, served
from .people import Work, drill, review
from .playing import PlayError, Told, play
from .world import World, made


def criteria(world: World, nights: list[NightLog], told: Told, work: Work, site: Site) -> list[Criterion]:
    """All five, as things are now."""
    return [
        judged("AC1", lambda: totals.all_there(world, nights, told)),
        judged("AC2", lambda: views.rendered(world, nights, site)),
        judged("AC3", lambda: drills.followed(world, nights[0].tenant, work, site)),
        judged("AC4", lambda: quality.sampled(world, nights, work)),
        judged("AC5", lambda: privacy.kept_apart(world, nights, site)),
    ]


def judged(code: str, judge: Callable[[], Criterion]) -> Criterion:
    """What it says; where it finds nothing to judge, a failure that says where."""
    try:
        return judge()
    except Exception as error:
        made = Criterion(code, "could not be judged")
        place = traceback.extract_tb(error.__traceback__)[-1]
        made.check("it could be judged", False, f"{type(error).__name__}: {error} ({place.name}, line {place.lineno})")
        return made


def main() -> int:
    given = argparse.ArgumentParser(prog="make acceptance", description=__doc__)
    given.add_argument(
        "--made-up", action="store_true", help="made-up nights even where real logs are beside the project"
    )
    given.add_argument("--companies", type=int, default=MADE_UP_COMPANIES, help="companies of a made-up night")
    options = given.parse_args()
    began = time.monotonic()
    real = [] if options.made_up else real_nights()
    nights = real or made_up_nights(options.companies)
    where = f"real logs, {SHARED}" if real else "made-up logs"
    print(f"Acceptance of obs on three nights of two tenants: {where}", flush=True)
    tenants = dict.fromkeys(night.tenant for night in nights)
    with tempfile.TemporaryDirectory(prefix="obs-acceptance-") as folder, made(Path(folder), tenants) as world:
        work = Work()
        try:
            told = play(world, nights)
        except PlayError as error:
            print(f"FAIL  the nights could not be played: {error}")
            return 1
        drill(world, nights[0].tenant, work)
        review(world, [(night.tenant, night.run_id) for night in nights], work)
        with served(world) as site:
            found = criteria(world, nights, told, work, site)
    print("\n" + "\n\n".join(map(str, found)))
    passed = sum(one.passed for one in found)
    print(f"\n{passed} of {len(found)} criteria met, {time.monotonic() - began:.0f} s")
    return 0 if passed == len(found) else 1


if __name__ == "__main__":
    sys.exit(main())
