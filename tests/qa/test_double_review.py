"""Two people for a share of the samples: who may be the second, what disagreement does, and how far they agree."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from support.db import Db
from support.pipeline import refused
from support.qa import drawn, review, status


@pytest.fixture
def double(night: Db) -> Db:
    night.execute("select obs.set_setting('qa_double_review_share', '1', 'a')")
    return night


def test_the_share_is_drawn_by_hash(db: Db) -> None:
    query = "select count(*) from generate_series(1, 20000) n where obs._needs_double_review(%s, 'seed', 'c' || n)"
    counts = {share: db.one(query, (share,)) for share in ("0", "0.25", "1")}
    assert (counts["0"], counts["1"]) == (0, 20000)
    # 5000 ± 4 standard deviations of 61
    assert 4755 <= counts["0.25"] <= 5245
    both = db.one("""select count(*) from generate_series(1, 20000) n
        where obs._needs_double_review(0.25, 'seed', 'c' || n)
        and obs._needs_double_review(0.25, 'other', 'c' || n)""")
    assert 1100 <= both <= 1400, "another seed, another share"


def test_without_the_setting_one_is_enough(night: Db, ann: Db) -> None:
    assert (review(ann, "c1", "pass").result, review(ann, "c1", "pass").double_review) == ("pass", False)
    for value in ("-0.1", "1.1", '"half"'):
        query = "select obs.set_setting('qa_double_review_share', %s)"
        assert refused(night.execute, query, (value,)).sqlstate == "22023"


def test_the_second_must_be_another_person(double: Db, ann: Db, bea: Db) -> None:
    first = review(ann, "c1", "pass")
    assert (first.result, first.double_review) == ("needs_review", True)
    assert review(ann, "c1", "pass").result == "needs_review"
    assert "c1" not in {row.company_id for row in ann.calls("qa_claim", limit=20)}
    ann.call("qa_release")
    assert bea.row("select company_id, needs_second_review from obs.qa_worklist where needs_second_review") == (
        "c1",
        True,
    )
    assert "c1" in {row.company_id for row in bea.calls("qa_claim", limit=20)}
    assert review(bea, "c1", "pass").result == "pass"
    assert (status(double).passed, status(double).pending) == (1, 9)


def test_who_could_not_say_may_take_it_again(double: Db, ann: Db) -> None:
    review(ann, "c1", "needs_review")
    assert "c1" in {row.company_id for row in ann.calls("qa_claim", limit=20)}


def test_who_can_no_longer_say_takes_back_an_agreement(double: Db, ann: Db, bea: Db) -> None:
    review(ann, "c1", "pass")
    assert review(bea, "c1", "pass").result == "pass"
    assert review(double.login("test_ops"), "c1", "needs_review").result == "needs_review"


def test_what_one_has_reviewed_already_becomes_no_sample_for_two(night: Db, ann: Db, bea: Db) -> None:
    review(ann, "c1", "pass")
    night.execute("select obs.set_setting('qa_double_review_share', '1', 'a')")
    again = review(bea, "c1", "fail")
    assert (again.result, again.double_review) == ("fail", False)
    assert review(ann, "c2", "pass").double_review


def test_disagreement_waits_for_a_third(double: Db, ann: Db, bea: Db) -> None:
    review(ann, "c1", "pass")
    assert review(bea, "c1", "fail").result == "needs_review"
    assert status(double).pending == 10
    ops = double.login("test_ops")
    assert review(ops, "c1", "fail").result == "fail"
    assert status(double).failed == 1


def test_who_changes_their_mind_ends_it(double: Db, ann: Db, bea: Db) -> None:
    review(ann, "c1", "pass")
    review(bea, "c1", "fail")
    assert review(ann, "c1", "fail").result == "fail"


def test_ops_settle_what_others_cannot(double: Db, ann: Db, bea: Db) -> None:
    double.execute("grant obs_reviewer to test_reader_a")
    try:
        review(ann, "c1", "pass")
        review(bea, "c1", "fail")
        review(double.login("test_reader_a"), "c1", "pass")
        assert review(double.login("test_ops"), "c1", "fail").result == "fail"
    finally:
        double.execute("revoke obs_reviewer from test_reader_a")


def test_ops_do_not_settle_where_the_others_agree(double: Db, ann: Db, bea: Db) -> None:
    review(ann, "c1", "pass")
    review(bea, "c1", "pass")
    assert review(double.login("test_ops"), "c1", "fail").result == "pass"


def agreement(db: Db, counts: tuple[int, int, int, int]) -> tuple[int, Decimal, Decimal | None]:
    """Both pass, first alone, second alone, both fail: the row of tenant a."""
    number = sum(counts)
    drawn(db, number=number, requested=number)
    db.execute("update obs.qa_samples set double_review = true")
    words = [("pass", "pass"), ("pass", "fail"), ("fail", "pass"), ("fail", "fail")]
    pairs = [pair for pair, times in zip(words, counts, strict=True) for _ in range(times)]
    for company, (first, second) in enumerate(pairs, 1):
        for reviewer, result in (("one", first), ("two", second)):
            db.execute(
                """insert into obs.qa_reviews (tenant_id, run_id, company_id, reviewer, result)
                values ('a', 'r1', %s, %s, %s)""",
                (f"c{company}", reviewer, result),
            )
    row = db.row("select * from obs.qa_agreement")
    return row.pairs, round(row.observed_agreement, 4), None if row.kappa is None else round(row.kappa, 4)


@pytest.mark.parametrize(
    ("counts", "observed", "kappa"),
    [
        # By hand: po = 8/10; pe = 0.6 · 0.6 + 0.4 · 0.4 = 0.52; κ = 0.28 / 0.48.
        ((5, 1, 1, 3), "0.8", "0.5833"),
        # The examples that textbooks and Wikipedia's "Cohen's kappa" use: 0.4, 0.1304, 0.2593.
        ((20, 5, 10, 15), "0.7", "0.4"),
        ((45, 15, 25, 15), "0.6", "0.1304"),
        ((25, 35, 5, 35), "0.6", "0.2593"),
        # Both always say the same word: nothing to measure.
        ((4, 0, 0, 0), "1", None),
        ((0, 3, 3, 0), "0", "-1"),
    ],
)
def test_kappa(
    db: Db, tenants: tuple[str, str], counts: tuple[int, int, int, int], observed: str, kappa: str | None
) -> None:
    assert agreement(db, counts) == (sum(counts), Decimal(observed), None if kappa is None else Decimal(kappa))


def test_agreement_is_of_first_verdicts_of_samples_that_two_must_see(double: Db, ann: Db, bea: Db) -> None:
    review(ann, "c1", "needs_review")
    review(ann, "c1", "pass")
    review(bea, "c1", "fail")
    review(bea, "c1", "pass")
    review(ann, "c2", "pass")
    review(bea, "c2", "pass")
    double.execute("update obs.qa_samples set double_review = false where company_id = 'c9'")
    double.execute("select obs.set_setting('qa_double_review_share', '0', 'a')")
    for who in (ann, bea):
        review(who, "c9", "pass")
    row = double.row("select * from obs.qa_agreement")
    assert (row.tenant_id, row.pairs, row.agreed, row.observed_agreement) == ("a", 2, 1, Decimal("0.5"))
    assert ann.rows("select pairs from obs.qa_agreement") == [(2,)]
    assert double.login("test_reviewer_b").rows("select pairs from obs.qa_agreement") == []


def test_a_group_whose_role_is_taken_is_no_second_person(double: Db, ann: Db) -> None:
    double.execute("drop role if exists test_team; create role test_team; grant obs_reviewer to test_team")
    double.execute("grant test_team to test_reviewer_a")
    double.call("grant_access", role="test_team", tenant_id="a")
    try:
        assert review(ann, "c1", "pass").result == "needs_review"
        ann.execute("set role test_team")
        assert (review(ann, "c1", "pass").result, review(ann, "c1", "pass").reviewer) == (
            "needs_review",
            "test_reviewer_a",
        )
        assert "c1" not in {row.company_id for row in ann.calls("qa_claim", limit=20)}
    finally:
        ann.execute("reset role")
        double.execute("drop owned by test_team; drop role test_team")


def test_reviews_of_both_strata_in_any_order_wait_and_do_not_deadlock(double: Db, ann: Db, bea: Db) -> None:
    drawn(double, stratum="risk", number=3)
    watcher = double.login()
    with ThreadPoolExecutor(1) as pool:
        ann.execute("begin")
        review(ann, "c1", "pass")
        bea.execute("begin")
        waiting = pool.submit(review, bea, "k1", "pass")
        watcher.wait_until_blocked(bea)
        review(ann, "k2", "pass")
        ann.execute("commit")
        assert waiting.result(timeout=10).company_id == "k1"
        review(bea, "c2", "pass")
        bea.execute("commit")
