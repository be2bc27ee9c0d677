"""What a notification must not say: other tenants' names, personal data, markup, too much."""

from __future__ import annotations

import re

from support.db import Db
from support.diagnosed import NightRun, alert, healthy, seen_good
from support.messages import LIMIT, many, message, parts


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
