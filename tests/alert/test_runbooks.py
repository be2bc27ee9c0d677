"""Runbooks are data that runs: each has its text, its checks exist, and everybody sees only what is theirs."""

from __future__ import annotations

import re
import subprocess

import pytest
from psycopg.types.json import Jsonb

from support.db import Db
from support.diagnosed import alert, healthy, verdicts
from support.histories import host_tables
from support.install import ROOT, install
from support.pipeline import refused
from support.tenants import outcome

CODES = [
    "C-10",
    "CC-05",
    "CR-02",
    "MV-01",
    "OA-04",
    "OE-06",
    "PV-14",
    "QA-07",
    "RC-12",
    "RN-13",
    "SL-08",
    "UP-11",
    "VQ-03",
    "WD-09",
]
MV_CHECKS = ["mv_blocked", "mv_changed", "mv_ready", "mv_privileges", "mv_errors"]
PRD = {
    "MV-01": (
        "no `mv_refresh` success",
        "Recent DDL",
        "REFRESH MATERIALIZED VIEW CONCURRENTLY",
        "scripts/refresh_icp_mv.py",
    ),
    "CR-02": (
        "error rate >30%",
        "CRAWLER_DOMAIN_MIN_INTERVAL_S",
        "Enable Tavily fallback earlier",
        "Re-run affected batch",
    ),
    "VQ-03": ("HTTP 402/429", "Key validity", "Reduce contacts weighting in score", "top-up quota"),
    "OA-04": ("latency spikes", "Parallelism", "Backoff with jitter", "fallback model temporarily"),
    "CC-05": (
        "Post-filter below floor",
        "`icp_rules` validity",
        "Enable industry-only fallback",
        "`icp_rules` persisted",
    ),
    "OE-06": ("`ready=false`", "`odoo_connections` mapping", "Skip non-essential fields", "Re-run export only"),
}


def test_every_rule_of_the_product_has_a_runbook(db: Db) -> None:
    assert [code for (code,) in db.rows("select runbook_code from obs.runbooks order by 1")] == CODES
    assert db.rows("select r.alert_code from obs.alert_rules r where obs.runbook(r.runbook_code) is null") == []


@pytest.mark.parametrize("code", PRD)
def test_the_words_of_the_prd_are_kept(db: Db, code: str) -> None:
    page = db.call("runbook", code=code)
    assert [words for words in PRD[code] if words not in page] == []
    numbers = [int(n) for n in re.findall(r"^(\d+)\. ", page, re.M)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_code_without_a_runbook_is_null(db: Db) -> None:
    assert db.call("runbook", code="XX-99") is None


def test_every_check_has_its_function_and_every_function_its_check(db: Db) -> None:
    named = {name for (name,) in db.rows("select distinct check_name from obs.runbook_checks")}
    made = db.rows(
        r"select substr(proname, 8), provolatile::text, pg_get_function_arguments(oid) from pg_proc"
        r" where pronamespace = 'obs'::regnamespace and proname like '\_check\_%' and prorettype = 'jsonb'::regtype"
    )
    assert {name for name, _, _ in made} == named
    assert {(kind, taken) for _, kind, taken in made} == {("s", "p_alert obs.alerts")}


def test_a_runbook_of_somebody_else_stays(db: Db) -> None:
    db.execute("insert into obs.runbooks (runbook_code, title, symptom, next_step) values ('MY-1', 'Mine', 'x', 'y')")
    db.execute("update obs.runbooks set title = 'Old words' where runbook_code = 'CR-02'")
    install(db.dsn)
    there = dict(db.rows("select runbook_code, (title, version)::text from obs.runbooks"))
    assert (there["MY-1"], there["CR-02"]) == ("(Mine,1)", '("Crawl Error Rate High",2)')


@pytest.fixture
def diagnosable(db: Db, tenants: tuple[str, str]) -> tuple[Db, int]:
    host_tables(db)
    return db, alert(db, "MV-01", healthy(db, 1))


def test_each_check_is_a_statement_of_its_own(diagnosable: tuple[Db, int]) -> None:
    db, made = diagnosable
    checks = db.calls("checks_of", alert_id=made)
    assert [check.check_name for check in checks] == MV_CHECKS
    forwarder = db.login("test_forwarder", options="-c default_transaction_read_only=on -c statement_timeout=500")
    answers = [forwarder.one(check.statement) for check in checks]
    assert [answer["check"] for answer in answers] == [check.check_name for check in checks]
    assert {answer["verdict"] for answer in answers} <= {"cause", "clear", "unknown"}
    assert all(set(answer) <= {"check", "verdict", "finding", "next_step", "sql", "data"} for answer in answers)
    assert refused(db.call, "run_check", alert_id=made, check_name="crawl_errors").sqlstate == "22023"


def test_evidence_is_kept_once(diagnosable: tuple[Db, int]) -> None:
    db, made = diagnosable
    first = [{"check": "mv_ready", "verdict": "cause", "finding": "gone, says jane@acme-corp.de"}]
    forwarder = db.login("test_forwarder")
    assert forwarder.call("keep_evidence", alert_id=made, evidence=first) is True
    assert forwarder.call("keep_evidence", alert_id=made, evidence=first) is False
    kept = db.one("select evidence from obs.alerts where alert_id = %s", (made,))
    assert kept[0]["finding"].startswith("gone, says email:h1:")
    assert len(db.call("diagnose", alert_id=made)) == 5
    assert db.one("select evidence from obs.alerts where alert_id = %s", (made,)) == kept
    for bad in ({"check": "x"}, [{"check": "x"}], [{"check": "x", "verdict": "maybe"}], [1]):
        query = "select obs.keep_evidence(%s, %s)"
        assert refused(forwarder.execute, query, (made, Jsonb(bad))).sqlstate == "22023"


def test_a_diagnosis_is_kept_with_an_open_alert(diagnosable: tuple[Db, int]) -> None:
    db, made = diagnosable
    reader = db.login("test_reader_a", options="-c default_transaction_read_only=on")
    assert len(reader.call("diagnose", alert_id=made)) == 5
    assert db.one("select evidence from obs.alerts where alert_id = %s", (made,)) is None
    found = list(verdicts(db, made).values())
    assert db.one("select evidence from obs.alerts where alert_id = %s", (made,)) == found


@pytest.mark.parametrize("call", ["diagnose(%s)", "checks_of(%s)", "run_check(%s, 'mv_ready')"])
def test_a_foreign_alert_is_one_that_does_not_exist(diagnosable: tuple[Db, int], call: str) -> None:
    db, made = diagnosable
    reader = db.login("test_reader_b")
    foreign, missing = (outcome(reader, f"select obs.{call}", (number,)) for number in (made, 999_999))
    assert foreign[0] == "OB010"
    assert foreign == (missing[0], missing[1].replace("999999", str(made)))
    assert db.login("test_reader_a").rows(f"select obs.{call}", (made,))


def test_what_belongs_to_obs_itself_is_for_ops(db: Db, tenants: tuple[str, str]) -> None:
    made = alert(db, "WD-09", None, tenant="")
    assert db.login("test_ops").call("diagnose", alert_id=made)[0]["check"] == "jobs_late"
    assert refused(db.login("test_reader_a").call, "diagnose", alert_id=made).sqlstate == "OB010"


def test_only_forwarders_keep_evidence_and_writers_diagnose_nothing(diagnosable: tuple[Db, int]) -> None:
    db, made = diagnosable
    for login in ("test_reader_a", "test_writer_a", "test_bi"):
        assert refused(db.login(login).call, "keep_evidence", alert_id=made, evidence=[]).sqlstate == "42501"
    assert refused(db.login("test_writer_a").call, "diagnose", alert_id=made).sqlstate == "42501"


def test_readers_see_snapshots_of_their_tenants(diagnosable: tuple[Db, int]) -> None:
    db, _ = diagnosable
    query = "select distinct tenant_id from obs.host_snapshots"
    assert db.login("test_reader_a").rows(query) == [("a",)]
    assert db.login("test_reader_b").rows(query) == []


def test_a_discarded_run_takes_its_snapshots_along(diagnosable: tuple[Db, int]) -> None:
    db, _ = diagnosable
    db.call("discard_run", run_id="a-1", tenant_id="a")
    assert db.one("select count(*) from obs.host_snapshots") == 0


def test_the_tool_prints_the_pages(db: Db) -> None:
    done = subprocess.run(
        [str(ROOT / ".venv/bin/python"), str(ROOT / "tools/runbook_pages.py"), db.dsn], capture_output=True, text=True
    )
    assert done.stdout.count("**Symptom.**") == len(CODES), done.stderr
