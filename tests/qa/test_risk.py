"""Companies that most need a look are drawn besides, where a setting asks for them, and never in the sample."""

from __future__ import annotations

from support.db import Db
from support.pipeline import line, log_lines, refused, start
from support.samples import Host, draw_row, drawn, finish, scored


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


def first(db: Db, companies: list[str]) -> set[str]:
    """The riskiest of them by each of ten seeds."""
    found = db.rows(
        "select (obs._risky_companies('a', 'r1', 'seed ' || n, %s, 1, true))[1] from generate_series(1, 10) n",
        (companies,),
    )
    return {company for (company,) in found}


def test_a_check_that_fails_weighs_more_than_a_failed_item_and_two_unknown_ones(db: Db) -> None:
    start(db)
    log_lines(db, [
        line("r1", stage="score", company_id="mail", extra={"email_status": "invalid"}),
        line("r1", event="error", stage="crawl", company_id="item", error_code="HTTP_500"),
        line("r1", stage="score", company_id="quiet", extra={"about_len": 200}),
        line("r1", stage="score", company_id="empty", extra={"about_len": 0}),
    ])  # fmt: skip
    assert first(db, ["item", "mail"]) == {"mail"}
    assert first(db, ["item", "quiet"]) == {"item"}
    assert first(db, ["quiet", "empty"]) == {"empty"}


def test_what_nobody_knows_weighs_one(db: Db, host: Host) -> None:
    """Of one all four checks are unknown; of the other an item failed, and two checks are known to pass."""
    host.register()
    host.put([{
        "company_id": "known", "bucket": "High", "domain": "kuchen.de", "about_text": "The bakers of Kuchen in town",
        "contacts": ["jane@kuchen.de"], "rationale": "They bake bread in ovens and need flour from the mills around",
        "signals": ["bread"],
    }])  # fmt: skip
    db.call("load_webmail_domains", domains=["gmail.com"])
    start(db)
    log_lines(db, [
        line("r1", event="error", stage="score", company_id="known", error_code="HTTP_500"),
        line("r1", stage="score", company_id="unknown"),
    ])  # fmt: skip
    assert first(db, ["known", "unknown"]) == {"unknown"}


def test_a_short_rationale_weighs_one_also_among_more_than_fifty(db: Db) -> None:
    start(db)
    names = [f"long{n}" for n in range(60)]
    log_lines(db, [
        line("r1", stage="score", company_id=name, extra={"rationale_len": 79 if name == "short" else 80})
        for name in [*names, "short"]
    ])  # fmt: skip
    assert first(db, [*names[:3], "short"]) == {"short"}
    assert first(db, [*names, "short"]) == {"short"}


def test_nothing_is_left_for_it_when_all_are_in_the_sample(db: Db) -> None:
    asked(db, 3)
    scored(db, high=8)
    finish(db)
    assert drawn(db, stratum="risk") == []
    assert draw_row(db, stratum="risk").shortfall == 3


def test_the_setting_takes_a_number_of_companies(db: Db) -> None:
    for value in ("-1", "51", "2.5", '"many"', "true"):
        assert refused(asked, db, value).sqlstate == "22023"
