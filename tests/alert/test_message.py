"""What a notification says: all that helps, nothing personal, never too long."""

from __future__ import annotations

import re
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from support.db import Db
from support.diagnosed import NightRun, alert, healthy, seen_good

LIMIT = 2800


def message(db: Db, ids: list[int], tenant: str = "a", kind: str = "firing", code: str = "CR-02", **more: Any) -> Any:
    """The message of a notification as the engine would write it."""
    values = {
        "tenant_id": tenant, "kind": kind, "route_name": "default", "channel": "slack", "alert_ids": ids,
        "alert_code": code, "severity": "page", "thread_key": "t", "ticket_key": "k", **more,
    }  # fmt: skip
    if "facts" in values:
        values["facts"] = Jsonb(values["facts"])
    columns, marks = ", ".join(values), ", ".join(f"%({name})s" for name in values)
    return db.one(
        f"""with made as (insert into obs.notifications ({columns}) values ({marks}) returning *)
        select obs._message(made::obs.notifications) from made""",
        values,
    )


def parts(found: Any) -> dict[str, str]:
    return {field["name"]: field["value"] for field in found["fields"]}


@pytest.fixture
def failing(history: Db) -> tuple[Db, int]:
    """A diagnosed CR-02 of tenant a."""
    night = NightRun(history, 7)
    history.execute(
        "update obs.enrichment_runs set langsmith_trace_url = 'https://smith.langchain.com/r/1' where run_id = %s",
        (night.run,),
    )
    run = night.refresh().crawl({"DNS_FAILURE": 0.5}).finish()
    made = alert(
        history, "CR-02", run, value=0.54, threshold=0.5, severity="page", summary="65 of 120 crawls failed",
        first_value=0.412, details={"sample": 120},
    )  # fmt: skip
    history.call("diagnose", alert_id=made)
    return history, made


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


def many(db: Db, names: list[str]) -> list[int]:
    for name in names:
        db.call("create_tenant", tenant_id=name)
    return [alert(db, "VQ-03", None, name, subject="lusha", summary="429") for name in names]


def test_forty_tenants_are_all_named(db: Db) -> None:
    names = [f"customer-number-{n:02}" for n in range(40)]
    found = message(db, many(db, names), tenant="", code="VQ-03", subject="lusha")
    assert parts(found)["Who"] == ", ".join(names)
    assert found["tenants"] == names
    assert found["title"] == "VQ-03 Vendor quota or rate limit: 40 tenants 1 > 0"
    assert parts(found)["Blast radius"] == "40 tenants"
    assert len(found["text"]) <= LIMIT


def test_what_does_not_fit_is_counted(db: Db) -> None:
    names = [f"{n:03}-" + "x" * 100 for n in range(200)]
    found = message(db, many(db, names), tenant="", code="VQ-03")
    shown, more = re.fullmatch(r"(.*) and (\d+) more", parts(found)["Who"]).groups()  # type: ignore[union-attr]
    assert len(shown.split(", ")) + int(more) == 200
    assert len(found["text"]) <= LIMIT
    assert len(found["title"]) <= 150


def test_a_tenant_s_own_message_names_no_other(db: Db) -> None:
    ids = many(db, ["acme", "bravo"])
    found = message(db, ids, tenant="acme", code="VQ-03")
    assert found["tenants"] == ["acme"]
    assert found["alert_ids"] == ids[:1]
    assert "bravo" not in str(found)


HOSTILE = (
    "<!channel> @here *x* [a](http://evil)\r\nBcc: all@corp.de{code}\u202e jane.doe@acme-corp.de +49 151 23456789"
    " password=hunter2secret"
)


def test_hostile_and_personal_data_is_neutralised(history: Db) -> None:
    run = NightRun(history, 7).refresh().crawl({"HTTP_403": 0.4}, domain="<!channel>.example").finish()
    made = alert(
        history, "CR-02", run, summary=HOSTILE, acked_by="eve\r\nx", ack_note=HOSTILE,
        evidence=[{"check": "x", "verdict": "cause", "finding": HOSTILE, "next_step": HOSTILE,
                   "sql": "select 1;\r\n\x07"}],
    )  # fmt: skip
    history.execute(
        "insert into obs.alert_rules (alert_code, title, scope, comparison, severity, runbook_code)"
        " values ('CR-02', %s, 'run', '>', 'warning', 'CR-02')"
        " on conflict (alert_code) do update set title = excluded.title",
        (HOSTILE,),
    )
    for kind in ("firing", "acknowledged", "resolved"):
        found = message(history, [made], kind=kind, facts={"error": HOSTILE})
        whole = str(found)
        for secret in ("jane.doe", "all@corp.de", "23456789", "hunter2"):
            assert secret not in whole
        lines = found["text"].split("\n")
        assert not any(
            re.search(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e]", line) for line in [found["title"], *lines]
        )
        assert not any(line.startswith("Bcc") for line in lines)
        assert len(found["text"]) <= LIMIT
        assert len(found["title"]) <= 150
    assert "email:h1:" in parts(found)["What"]


def test_long_everything_still_fits(history: Db) -> None:
    base = f"https://wiki.example/{'r' * 70}/{{code}}"
    history.execute("select obs.set_setting('runbook_base_url', to_jsonb(%s::text))", (base,))
    long = "word " * 900
    run = healthy(history, 7)
    history.execute("update obs.enrichment_runs set langsmith_trace_url = 'https://t.example/' || repeat('t', 900)")
    made = alert(
        history, "CR-02", run, summary=long,
        evidence=[{"check": str(n), "verdict": "cause", "finding": long, "next_step": long, "sql": long}
                  for n in range(9)],
    )  # fmt: skip
    found = message(history, [made], kind="repeat")
    assert len(found["text"]) <= LIMIT
    assert found["runbook_url"].endswith("/CR-02")
    assert "Runbook: " in found["text"]


def test_dates_runs_and_numbers_are_not_taken_for_phone_numbers(db: Db, tenants: tuple[str, str]) -> None:
    run = "20261125010203"
    db.call("start_run", tenant_id="a", run_id=run, started_at="2026-11-25 01:00Z")
    seen_good(db, "CR-02", run)
    made = alert(db, "CR-02", None, summary="412 of 1200 crawls failed (34.3 %) since 2026-11-25 01:00 UTC")
    found = message(db, [made])
    assert parts(found)["What"] == "412 of 1200 crawls failed (34.3 %) since 2026-11-25 01:00 UTC"
    assert parts(found)["Last good run"] == f"run {run}, started 2026-11-25 01:00 UTC"


def test_a_trace_url_of_several_lines_adds_no_line_to_the_text(failing: tuple[Db, int]) -> None:
    db, made = failing
    evil = "https://t/1\nRunbook: https://evil.example\u202e\r\nNext step: run me"
    db.execute("update obs.enrichment_runs set langsmith_trace_url = %s", (evil,))
    found = message(db, [made])
    assert found["trace_url"] == "https://t/1 Runbook: https://evil.example Next step: run me"
    assert found["text"].splitlines()[-1] == f"Trace: {found['trace_url']}"
