"""Companies that most need a look are drawn besides, where a setting asks for them, and never in the sample."""

from __future__ import annotations

from support.db import Db
from support.pipeline import line, refused
from support.samples import draw_row, drawn, finish, scored


def asked(db: Db, count: object) -> None:
    db.execute("select obs.set_setting('qa_risk_sample', %s::text::jsonb)", (str(count),))


def test_none_are_drawn_unless_asked_for(db: Db) -> None:
    scored(db, high=30)
    finish(db)
    assert [row.stratum for row in db.rows("select stratum from obs.qa_draws")] == ["random"]


def test_the_worst_come_first_and_no_company_twice(db: Db) -> None:
    asked(db, 5)
    bad = [line("r1", event="error", stage="crawl", company_id=f"h{n}", error_code="DNS_FAILURE") for n in range(12)]
    scored(db, high=40, more=bad)
    finish(db)
    chosen, risky = drawn(db), drawn(db, stratum="risk")
    assert (len(chosen), len(risky)) == (10, 5)
    assert not set(chosen) & set(risky)
    ill = {f"h{n}" for n in range(12)} - set(chosen)
    assert set(risky) <= ill or ill <= set(risky)
    row = draw_row(db, stratum="risk")
    assert (row.requested, row.available, row.drawn, row.shortfall) == (5, 30, 5, 0)
    assert row.seed == draw_row(db).seed


def test_nothing_is_left_for_it_when_all_are_in_the_sample(db: Db) -> None:
    asked(db, 3)
    scored(db, high=8)
    finish(db)
    assert drawn(db, stratum="risk") == []
    assert draw_row(db, stratum="risk").shortfall == 3


def test_the_setting_takes_a_number_of_companies(db: Db) -> None:
    for value in ("-1", "51", "2.5", '"many"', "true"):
        assert refused(asked, db, value).sqlstate == "22023"
