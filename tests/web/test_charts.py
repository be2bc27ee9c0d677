"""Rows as charts: what stands where, and what has no room."""

from __future__ import annotations

from obs_client.web.charts import MAX_SERIES, by_series


def test_nights_of_several_time_zones_stand_in_order() -> None:
    """Runs come by when they started; the night of a western tenant may be the one before."""
    rows = [{"night": night, "tenant": tenant, "n": n} for n, (night, tenant) in enumerate(
        [("2026-03-01", "a"), ("2026-03-02", "a"), ("2026-03-01", "b"), ("2026-02-28", "b"), ("2026-03-01", "a")]
    )]  # fmt: skip
    x, series, left_out = by_series(rows, "night", "tenant", "n", sorted_x=True)
    assert x == ["2026-02-28", "2026-03-01", "2026-03-01 (2)", "2026-03-02"]
    assert series == {"a": [None, 0, 4, 1], "b": [3, 2, None, None]}
    assert left_out == 0


def test_the_tenth_run_of_a_night_stands_behind_the_ninth() -> None:
    rows = [{"night": "2026-03-01", "tenant": "a", "n": n} for n in range(11)]
    assert by_series(rows, "night", "tenant", "n", sorted_x=True)[1] == {"a": list(range(11))}


def test_what_has_no_room_is_counted() -> None:
    rows = [{"x": "1", "of": str(n), "n": n} for n in range(MAX_SERIES + 3)]
    assert by_series(rows, "x", "of", "n")[2] == 3
