"""When a run is flagged: at the boundary, before all are reviewed, with a shortfall; and how sure five runs make it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from support.db import Db
from support.qa import drawn, follow_ups, review, reviewed, status

CASES = [
    # number, passed, failed: rate, flagged
    ("nobody has looked", 10, 0, 0, None, False),
    ("exactly 8 of 10", 10, 8, 2, "0.8", False),
    ("2 failed, the rest waits", 10, 0, 2, "0", False),
    ("the third failure, the rest waits", 10, 0, 3, "0", True),
    ("7 of 10", 10, 7, 3, "0.7", True),
    ("9 of 10", 10, 9, 1, "0.9", False),
    ("7 drawn, 1 failed", 7, 0, 1, "0", False),
    ("7 drawn, 2 failed", 7, 5, 2, Decimal(5) / 7, True),
    ("1 drawn, passed", 1, 1, 0, "1", False),
    ("1 drawn, failed", 1, 0, 1, "0", True),
]


@pytest.mark.parametrize(
    ("number", "passed", "failed", "rate", "flagged"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_the_rate_and_the_flag(
    db: Db, tenants: tuple[str, str], number: int, passed: int, failed: int, rate: str | None, flagged: bool
) -> None:
    drawn(db, number=number)
    reviewed(db, passed, failed)
    row = status(db)
    assert (row.drawn, row.shortfall, row.passed, row.failed, row.pending) == (
        number, 10 - number, passed, failed, number - passed - failed,
    )  # fmt: skip
    assert row.pass_rate == (None if rate is None else pytest.approx(Decimal(rate)))
    assert row.flagged is flagged
    assert row.follow_up == ("open" if flagged else None)
    assert len(follow_ups(db)) == int(flagged)


def test_nothing_drawn_is_neither_good_nor_bad(db: Db, tenants: tuple[str, str]) -> None:
    drawn(db, number=0)
    row = status(db)
    assert (row.drawn, row.shortfall, row.pass_rate, row.best_rate, row.flagged) == (0, 10, None, None, False)
    assert (row.pooled_n, row.pooled_verdict, row.pooled_text) == (0, "unsure", "nothing has been reviewed")


def test_needs_review_is_no_verdict(night: Db) -> None:
    reviewed(night, 7, 2)
    review(night, "c10", "needs_review", notes="cannot tell")
    row = status(night)
    assert (row.passed, row.failed, row.pending, row.flagged) == (7, 2, 1, False)


def test_the_risk_stratum_stands_apart(night: Db) -> None:
    drawn(night, number=4, stratum="risk", requested=5)
    for place in range(1, 5):
        review(night, f"k{place}", "fail")
    reviewed(night, 8, 2)
    row = status(night)
    assert (row.passed, row.failed, row.flagged, row.follow_up) == (8, 2, False, None)
    assert (row.risk_drawn, row.risk_passed, row.risk_failed, row.risk_pending) == (4, 0, 4, 0)
    assert follow_ups(night) == []


def test_a_tenants_own_threshold(night: Db) -> None:
    night.execute("select obs.set_threshold('QA-07', 'threshold', 0.95, 'a')")
    reviewed(night, 0, 1)
    assert (status(night).threshold, status(night).flagged) == (Decimal("0.95"), True)


def test_wilson_against_hand_computed_values(night: Db) -> None:
    """8 of 10: (0.8 + 0.192073 ± 1.959964 · sqrt(0.016 + 0.0096036)) / 1.3841459 = 0.490162 and 0.943318."""
    reviewed(night, 8, 2)
    row = status(night)
    assert (round(row.pooled_low, 4), round(row.pooled_high, 4)) == (Decimal("0.4902"), Decimal("0.9433"))
    assert (row.pooled_runs, row.pooled_n, row.pooled_verdict) == (1, 10, "unsure")
    assert row.pooled_text == "8 of 10 passed in one run: could be 49 to 94 %"


def test_five_runs_of_the_same_kind_are_pooled(db: Db, tenants: tuple[str, str]) -> None:
    for day in range(1, 8):
        drawn(db, f"n{day}", started_at=f"2026-03-{day:02} 01:00:00+00")
        reviewed(db, 2 if day == 1 else 10, 8 if day == 1 else 0, run=f"n{day}")
    drawn(db, "by-hand", started_at="2026-03-07 12:00:00+00", kind="adhoc")
    reviewed(db, 0, 10, run="by-hand")
    # 50 of 50: the lower end is 1 / (1 + 3.841459 / 50) = 0.928650.
    last = status(db, "n7")
    assert (last.pooled_runs, last.pooled_n, round(last.pooled_low, 4), last.pooled_high) == (
        5,
        50,
        Decimal("0.9287"),
        1,
    )
    assert (last.pooled_verdict, last.pooled_text) == ("ok", "50 of 50 passed in 5 runs: could be 93 to 100 %")
    # 42 of 50, with the bad first run.
    fifth = status(db, "n5")
    assert (fifth.pooled_n, fifth.pooled_rate, fifth.pooled_verdict) == (50, Decimal("0.84"), "unsure")
    assert (round(fifth.pooled_low, 4), round(fifth.pooled_high, 4)) == (Decimal("0.7149"), Decimal("0.9166"))
    by_hand = status(db, "by-hand")
    assert (by_hand.pooled_runs, by_hand.pooled_low, by_hand.pooled_verdict) == (1, 0, "low")
    # 0 of 10: the upper end is 0.3841459 / 1.3841459 = 0.277533.
    assert round(by_hand.pooled_high, 4) == Decimal("0.2775")
