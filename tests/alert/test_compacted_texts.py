"""Checks of runbooks find the same whether the messages they read have been compacted or not."""

from __future__ import annotations

from typing import Any

from support.db import Db
from support.diagnosed import NightRun, alert, verdicts
from support.pipeline import event_id, line, log_lines

DOMAIN = (
    "the crawl of https://www.slow.example/about failed: the server closed the connection without an answer" + "." * 200
)
REFUSED = 'null value in column "autopost_bills" of relation "res_partner" violates not-null constraint ' + "." * 200
LONG = "stack of frame.example " + " ".join(f"frame {n}" for n in range(900))


def failures(run: str, said: list[str], first: int, stage: str) -> list[dict[str, Any]]:
    return [
        line(run, "error", stage=stage, error_code="HTTP_500", error_msg=text, event_id=str(event_id(first + n)))
        for n, text in enumerate(said)
    ]


def test_a_diagnosis_is_the_same_before_and_after(history: Db) -> None:
    db = history
    run = NightRun(db, 7).refresh("DATABASE_ERROR", LONG).candidates().crawl().run
    log_lines(db, failures(run, [REFUSED] * 12, stage="export_odoo", first=1))
    log_lines(db, failures(run, [DOMAIN] * 30, stage="crawl", first=100))
    log_lines(db, failures(run, [LONG], stage="crawl", first=200))
    for stage in ("export_odoo", "crawl"):
        db.call("finish_stage", run_id=run, stage=stage, tenant_id="a")
    db.call("finish_run", run_id=run, tenant_id="a")
    raised = [alert(db, code, run) for code in ("MV-01", "CR-02", "OE-06")]
    before = [verdicts(db, one) for one in raised]
    assert any("autopost_bills" in str(found) for found in before)
    assert any("slow.example" in str(found) for found in before)
    db.execute("update obs.alerts set evidence = null, evidence_at = null")
    long_ago = "clock_timestamp() - interval '2 days'"
    db.execute(f"update obs.enrichment_runs set finished_at = {long_ago}, last_event_at = {long_ago}")
    while db.one("select obs._compact_events()"):
        pass
    kept = [text for (text,) in db.rows("select left(error_msg, 4) from obs.run_event_logs where run_id = %s", (run,))]
    assert kept.count("fp:h") == 42
    query = "select count(*) from obs.run_event_logs where run_id = %s and error_msg ~ ' characters, h1:[0-9a-f]{32}.$'"
    assert db.one(query, (run,)) == 2
    assert [verdicts(db, one) for one in raised] == before
