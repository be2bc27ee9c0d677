"""Percentiles are values that occurred; the histogram stands in for events that are gone, within 1 % or 1 ms."""

from __future__ import annotations

import random

import pytest

from support.db import Db
from support.pipeline import drift, stage_row, start

SMALL = [
    ([5], (5, 5, 5)),
    ([1, 100], (1, 100, 100)),
    ([1, 2, 3], (2, 3, 3)),
    ([0, 0, 0, 9], (0, 9, 9)),
    ([7] * 10, (7, 7, 7)),
    (list(range(1, 101)), (50, 95, 99)),
    (list(range(1, 21)), (10, 19, 20)),
    ([2_147_483_647, 1], (1, 2_147_483_647, 2_147_483_647)),
]


def log_durations(db: Db, run_id: str, stage: str, durations: list[int]) -> None:
    db.execute(
        "select obs.log_events((select jsonb_agg(jsonb_build_object('tenant_id', 'a', 'run_id', %s::text, 'stage',"
        " %s::text, 'logger', 'obs.stage', 'event', 'finish', 'status', 'success', 'duration_ms', d))"
        " from unnest(%s::int[]) d))",
        (run_id, stage, durations),
    )


def test_percentiles_of_few_values_are_values_that_occurred(db: Db) -> None:
    start(db)
    for number, (durations, expected) in enumerate(SMALL):
        log_durations(db, "r1", f"s{number}", durations)
        row = db.call("finish_stage", run_id="r1", stage=f"s{number}")
        assert (row.p50_ms, row.p95_ms, row.p99_ms) == expected, durations[:5]
    assert drift(db, "r1") == []


def test_every_bucket_is_at_most_two_percent_wide_and_its_middle_within_one_percent(db: Db) -> None:
    edges = db.one("select obs._bucket_edges()")
    uppers = [upper - 1 for upper in edges[1:]] + [2_147_483_647]
    middles = [m for (m,) in db.rows("select obs._bucket_middle(b) from generate_series(1, %s) b", (len(edges),))]
    assert edges[:4] == [0, 1, 2, 3]
    for lower, upper, middle in zip(edges, uppers, middles, strict=True):
        assert lower <= middle <= upper
        assert upper - middle <= max(1, 0.01 * upper)
        assert middle - lower <= max(1, 0.01 * lower)


def test_each_duration_falls_in_the_bucket_whose_edges_hold_it(db: Db) -> None:
    probe = [0, 1, 2, 49, 50, 51, 52, 53, 99, 100, 12345, 2_147_483_646, 2_147_483_647]
    edges = db.one("select obs._bucket_edges()")
    for value in probe:
        bucket = db.one("select obs._latency_bucket(%s::int)", (value,))
        assert edges[bucket - 1] <= value, value
        assert bucket == len(edges) or value < edges[bucket], value
    assert db.one("select obs._latency_bucket(null)") is None


def samples() -> list[tuple[str, list[int]]]:
    rng = random.Random(20260211)
    return [
        ("uniform", [rng.randrange(0, 5000) for _ in range(700)]),
        ("lognormal", [int(rng.lognormvariate(6, 1.5)) for _ in range(900)]),
        ("two humps", [abs(int(rng.choice([rng.gauss(80, 10), rng.gauss(30000, 4000)]))) for _ in range(500)]),
        ("heavy tail", [min(2_147_483_647, int(10 * rng.paretovariate(0.5))) for _ in range(800)]),
        ("small integers", [rng.randrange(0, 12) for _ in range(300)]),
        ("constant and one outlier", [42] * 199 + [900_000]),
        ("tiny", [rng.randrange(0, 100_000) for _ in range(3)]),
    ]


def test_stored_percentiles_are_exact_and_the_histogram_alone_is_within_one_percent(db: Db) -> None:
    start(db)
    day = db.one("select run_day from obs.enrichment_runs")
    for number, (name, durations) in enumerate(samples()):
        stage = f"s{number}"
        log_durations(db, "r1", stage, durations)
        row = db.call("finish_stage", run_id="r1", stage=stage)
        exact = tuple(
            db.one(
                "select percentile_disc(array[0.5, 0.95, 0.99]) within group (order by d) from unnest(%s::int[]) d",
                (durations,),
            )
        )
        assert (row.p50_ms, row.p95_ms, row.p99_ms) == exact, name
        rough = db.one("select obs._percentiles('a', 'r1', %s, %s, false, false)", (stage, day))
        for value, truth in zip(rough, exact, strict=True):
            assert abs(value - truth) <= max(1, 0.01 * truth), (name, value, truth)
    assert drift(db, "r1") == []


@pytest.mark.parametrize("chunks", [1, 3])
def test_percentiles_do_not_depend_on_how_often_events_were_folded(db: Db, chunks: int) -> None:
    rng = random.Random(7)
    durations = [int(rng.lognormvariate(5, 1)) for _ in range(300)]
    start(db)
    for part in range(chunks):
        log_durations(db, "r1", "crawl", durations[part::chunks])
        db.call("tick")
    row = stage_row(db, "r1", "crawl")
    ordered = sorted(durations)
    assert (row.count_total, row.p50_ms, row.p95_ms, row.p99_ms) == (300, ordered[149], ordered[284], ordered[296])
