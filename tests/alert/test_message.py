"""What a notification says: who, what, since when, why and what to do."""

from __future__ import annotations

import re
from typing import Any

import pytest

from support.db import Db
from support.diagnosed import NightRun, alert, healthy
from support.histories import HISTORY
from support.messages import LIMIT, message, parts
from support.pipeline import refused
from support.stories import Story, fixture_of


def a_failed_night(db: Db) -> None:
    """A diagnosed CR-02 of tenant a."""
    night = NightRun(db, 7)
    db.execute(
        "update obs.enrichment_runs set langsmith_trace_url = 'https://smith.langchain.com/r/1' where run_id = %s",
        (night.run,),
    )
    run = night.refresh().crawl({"DNS_FAILURE": 0.5}).finish()
    made = alert(
        db, "CR-02", run, value=0.54, threshold=0.5, severity="page", summary="65 of 120 crawls failed",
        first_value=0.412, details={"sample": 120},
    )  # fmt: skip
    db.call("diagnose", alert_id=made)


failed_night = fixture_of(Story("failed_night", a_failed_night, after=HISTORY))


@pytest.fixture
def failing(failed_night: Db) -> tuple[Db, int]:
    """The database with the failed night, and its alert."""
    return failed_night, failed_night.one("select alert_id from obs.alerts where run_id = 'a-7'")


def test_a_message_says_what_helps(failing: tuple[Db, int]) -> None:
    db, made = failing
    db.execute("set obs.now = '2026-11-25 04:12:30Z'")
    found = message(db, [made])
    assert found["title"] == "CR-02 Crawl error rate high: a 54.0 % > 50.0 %"
    assert parts(found) == {
        "Who": "a",
        "What": "65 of 120 crawls failed",
        "Severity": "page",
        "Since": "2026-11-25 01:00 UTC (3 h 12 min)",
        "Value": "54.0 % > 50.0 %",
        "Blast radius": parts(found)["Blast radius"],
        "Run": "a-7",
        "Last good run": "run a-6, started 2026-11-08 01:00 UTC",
        "Alert": str(made),
    }
    assert re.fullmatch(r"\d+ of 120 items of crawl, 1 run, 1 tenant", parts(found)["Blast radius"])
    assert found["cause"].startswith("DNS: ")
    assert found["next_step"].startswith("see whether the crawl hosts' resolver answers")
    assert found["sql"] == f"select * from obs.diagnose({made});"
    assert found["runbook_url"] == "docs/runbooks/CR-02.md"
    assert found["trace_url"] == "https://smith.langchain.com/r/1"
    assert (found["alert_ids"], found["tenants"], found["is_drill"]) == ([made], ["a"], False)
    for said in (found["title"], *parts(found).values(), found["cause"], found["sql"], found["trace_url"]):
        assert said in found["text"]
    assert len(found["text"]) <= LIMIT


def test_a_message_leads_to_the_page_of_its_alert(failing: tuple[Db, int]) -> None:
    db, made = failing
    assert message(db, [made])["page_url"] is None
    db.execute("""select obs.set_setting('pages_base_url', '"https://obs.example/in/"')""")
    found = message(db, [made])
    assert found["page_url"] == f"https://obs.example/in/alerts/{made}"
    assert f"\nPage: {found['page_url']}\nRunbook: " in found["text"]
    db.execute("""select obs.set_setting('pages_base_url', '"https://of-a.example"', 'a')""")
    assert message(db, [made])["page_url"] == f"https://of-a.example/alerts/{made}"


@pytest.mark.parametrize(
    "bad", ['"javascript:alert(1)"', '"https://x y"', '"https://x?y"', '"/pages"', "7", '"https://' + "x" * 193 + '"']
)
def test_pages_are_at_an_address(db: Db, bad: str) -> None:
    said = refused(db.execute, "select obs.set_setting('pages_base_url', %s::jsonb)", (bad,))
    assert said.sqlstate == "22023"
    assert "where obs serve answers" in said.diag.message_primary


def test_the_sql_and_the_next_step_are_those_of_the_cause(history: Db) -> None:
    run = NightRun(history, 7).refresh("DATABASE_ERROR").finish()
    history.execute("drop index public.icp_candidate_companies_key")
    made = alert(history, "MV-01", run, severity="page")
    history.call("diagnose", alert_id=made)
    found = message(history, [made], code="MV-01")
    assert found["sql"] == "create unique index on public.icp_candidate_companies (tenant_id, company_id);"
    assert found["next_step"] == "make the unique index again"


@pytest.mark.parametrize(
    ("kind", "more", "title", "news"),
    [
        ("escalated", {}, "Escalated: CR-02", "now page, 41.2 % -> 54.0 %"),
        ("update", {}, "Update: CR-02", "now 1 of 1 alerts open, 41.2 % -> 54.0 %"),
        ("repeat", {}, "Still firing: CR-02", "still firing, 3 h, 41.2 % -> 54.0 %"),
        ("repeat", {"facts": {"previous_value": 0.5}}, "Still firing: CR-02", "still firing, 3 h, 50.0 % -> 54.0 %"),
        ("acknowledged", {}, "Acknowledged: CR-02", "acknowledged by eve: on it"),
        ("dead_letter", {"facts": {"channel": "slack"}}, "Not delivered: CR-02", "could not be delivered on slack"),
    ],
)
def test_every_kind_tells_its_news(
    failing: tuple[Db, int], kind: str, more: dict[str, Any], title: str, news: str
) -> None:
    db, made = failing
    db.execute("set obs.now = '2026-11-25 04:00:00Z'")
    db.execute("update obs.alerts set acked_by = 'eve', ack_note = 'on it', acked_at = obs.now()")
    found = message(db, [made], kind=kind, **more)
    assert found["title"].startswith(title)
    assert parts(found)["News"] == news


def test_a_resolved_alert_needs_no_cause(failing: tuple[Db, int]) -> None:
    db, made = failing
    db.execute(
        "update obs.alerts set state = 'resolved', resolved_at = '2026-11-25 03:05Z', "
        " resolve_reason = 'run a-8 is good'"
    )
    found = message(db, [made], kind="resolved")
    assert found["title"] == "Resolved: CR-02 Crawl error rate high: a"
    assert parts(found)["News"] == "resolved after 2 h 5 min: run a-8 is good"
    assert "Likely cause" not in found["text"]


def test_a_drill_says_so(failing: tuple[Db, int]) -> None:
    found = message(failing[0], [failing[1]], is_simulation=True)
    assert found["title"].startswith("[DRILL] CR-02")
    assert found["text"].startswith("[DRILL] CR-02")
    assert found["is_drill"] is True


def test_without_evidence_the_runbook_s_first_step_stands(history: Db) -> None:
    made = alert(history, "OE-06", healthy(history, 7), severity="page")
    found = message(history, [made], code="OE-06")
    assert found["cause"] is None
    assert "Likely cause: not diagnosed yet" in found["text"]
    assert found["next_step"] == "export one of the failed companies by hand and read the error"
    history.call("diagnose", alert_id=made)
    assert "Likely cause: none found: " in message(history, [made], code="OE-06")["text"]


def test_a_trace_url_of_several_lines_adds_no_line_to_the_text(failing: tuple[Db, int]) -> None:
    db, made = failing
    evil = "https://t/1\nRunbook: https://evil.example\u202e\r\nNext step: run me"
    db.execute("update obs.enrichment_runs set langsmith_trace_url = %s", (evil,))
    found = message(db, [made])
    assert found["trace_url"] == "https://t/1 Runbook: https://evil.example Next step: run me"
    assert found["text"].splitlines()[-1] == f"Trace: {found['trace_url']}"
