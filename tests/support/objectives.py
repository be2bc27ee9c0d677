"""A tenant's nights as a list that Python can count by hand, and the same nights put straight into the tables."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from support.db import Db

ZONE = ZoneInfo("Europe/Paris")
DUE = time(2, 30)


@dataclass(frozen=True)
class Run:
    run_id: str
    at: datetime
    status: str
    kind: str = "nightly"
    is_simulation: bool = False
    minutes: int = 60
    shortlist: int = 1000
    crawled: int = 0
    crawl_tried: int = 0
    contactable: int = 0
    with_email: int = 0


@dataclass(frozen=True)
class Nights:
    runs: list[Run]
    missing: list[datetime]

    def counted(self) -> list[tuple[datetime, Run | None]]:
        """What counts, the newest first: by kind and end, and the nights that never were."""
        ended = [
            run for run in self.runs if run.status != "running" and run.kind == "nightly" and not run.is_simulation
        ]
        found: list[tuple[datetime, Run | None]] = [(run.at, run) for run in ended]
        return sorted([*found, *((due, None) for due in self.missing)], key=lambda one: one[0], reverse=True)


def due_on(now: datetime, days_back: int) -> datetime:
    """The expected moment of a local date; of an hour that the clock shows twice the second one."""
    day = now.astimezone(ZONE).date() - timedelta(days=days_back)
    return datetime.combine(day, DUE, ZONE).replace(fold=1).astimezone(UTC)


def made_up(now: datetime, days: int, seed: int = 1, tenant: str = "a") -> Nights:
    """Nights with every kind of end, missing ones, second tries, early and late starts, ad-hoc and drill runs."""
    dice = random.Random(seed)
    runs: list[Run] = []
    missing: list[datetime] = []

    def run(at: datetime, status: str, **more: object) -> None:
        tried = dice.randint(0, 400)
        email = dice.randint(0, 300)
        runs.append(
            Run(
                f"{tenant}-{len(runs):03}", at, status, minutes=dice.randint(20, 120),
                shortlist=dice.randint(100, 1500),
                crawled=dice.randint(tried // 2, tried), crawl_tried=tried, contactable=dice.randint(0, email),
                with_email=email, **more,  # type: ignore[arg-type]
            )
        )  # fmt: skip

    for back in range(1, days + 1):
        due = due_on(now, back)
        what = dice.choice(["success"] * 14 + ["partial", "error", "cancelled", "crashed", "missing", "retried"])
        if what == "missing":
            missing.append(due)
            run(due - timedelta(hours=3), "success", kind="adhoc")
            run(due, "success", is_simulation=True)
        elif what == "retried":
            run(due, "crashed")
            run(due + timedelta(hours=5), "success")
        else:
            run(due + timedelta(minutes=dice.choice([-50, -1, 0, 7, 600])), what)
        if back % 7 == 0:
            run(due + timedelta(hours=12), dice.choice(["error", "success"]), kind="adhoc")
            run(due + timedelta(hours=13), "crashed", is_simulation=True)
    run(now - timedelta(minutes=20), "running")
    return Nights(runs, missing)


def put(db: Db, tenant: str, now: datetime, nights: Nights, days: int) -> None:
    """The nights in the tables, expected since the first of them."""
    db.call("create_tenant", tenant_id=tenant, time_zone="Europe/Paris")
    db.call("expect", tenant_id=tenant, schedule="02:30")
    db.execute(
        "update obs.expected_runs set expected_since = %s where tenant_id = %s",
        (due_on(now, days) - timedelta(minutes=1), tenant),
    )
    with db.conn.cursor() as cursor:
        cursor.executemany(
            """insert into obs.enrichment_runs (
                tenant_id, run_id, kind, started_at, ended_at, status, run_day, is_simulation
            ) values (%s, %s, %s, %s, %s, %s, %s, %s)""",
            [
                (tenant, run.run_id, run.kind, run.at, run.at + timedelta(minutes=run.minutes)
                 if run.status != "running" else None, run.status, run.at.date(), run.is_simulation)
                for run in nights.runs
            ],
        )  # fmt: skip
        cursor.executemany(
            """insert into obs.run_stage_stats (tenant_id, run_id, stage, count_total, count_success, count_error)
            values (%s, %s, 'crawl', %s, %s, %s)""",
            [
                (tenant, run.run_id, run.crawl_tried, run.crawled, run.crawl_tried - run.crawled)
                for run in nights.runs
            ],
        )  # fmt: skip
        cursor.executemany(
            "insert into obs.run_metrics (tenant_id, run_id, name, value) values (%s, %s, %s, %s)",
            [
                (tenant, run.run_id, name, value)
                for run in nights.runs
                for name, value in (
                    ("candidates_post", run.shortlist),
                    ("companies_with_email", run.with_email),
                    ("companies_contactable", run.contactable),
                )
            ],
        )


def wilson(share: float, n: int) -> tuple[float, float]:
    """The interval of 95 % as the textbook has it."""
    z = 1.959964
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return centre - half, centre + half


def disc(values: Iterable[Fraction], q: Fraction) -> Fraction:
    """The first value, in order, that a share q of all is not above."""
    ordered = sorted(values)
    return ordered[max(math.ceil(q * len(ordered)), 1) - 1]


Window = Callable[[int, datetime], bool]


def last(first: int, after: int) -> Window:
    return lambda place, _: first <= place < after


def days(now: datetime, newest: int, oldest: int) -> Window:
    return lambda _, at: now - timedelta(days=oldest) < at and (newest == 0 or at <= now - timedelta(days=newest))


def run_success(nights: Nights, within: Window) -> tuple[int, int]:
    """How many counted, how many of them succeeded."""
    seen = [run for place, (at, run) in enumerate(nights.counted()) if within(place, at)]
    return len(seen), sum(run is not None and run.status == "success" for run in seen)


def ran(nights: Nights, within: Window) -> list[Run]:
    return [run for place, (at, run) in enumerate(nights.counted()) if run and within(place, at)]


def per_1k(runs: list[Run]) -> list[Fraction]:
    fit = [run for run in runs if run.status in ("success", "partial") and run.shortlist >= 200]
    return [Fraction(run.minutes * 1000, run.shortlist) for run in fit]


def crawl_rates(runs: list[Run]) -> list[Fraction]:
    return [Fraction(run.crawled, run.crawl_tried) for run in runs if run.crawl_tried]
