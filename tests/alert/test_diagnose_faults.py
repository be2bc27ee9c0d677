"""Faults of refresh, crawl and vendors: the right check says cause."""

from __future__ import annotations

from support.db import Db
from support.diagnosed import NightRun, alert, causes, verdicts

NEXT = 7


def night(db: Db) -> NightRun:
    return NightRun(db, NEXT)


def test_mv_01_a_session_holds_the_view(history: Db) -> None:
    run = night(history).refresh("LOCK_NOT_AVAILABLE", "canceling statement due to lock timeout").finish()
    holder = history.login()
    holder.execute("begin")
    holder.execute("refresh materialized view concurrently public.icp_candidate_companies /* 'jane@acme-corp.de' */")
    found = verdicts(history, alert(history, "MV-01", run))
    assert found["mv_blocked"]["verdict"] == "cause"
    assert f"session {holder.conn.info.backend_pid} " in found["mv_blocked"]["finding"]
    assert "ExclusiveLock on public.icp_candidate_companies" in found["mv_blocked"]["finding"]
    assert found["mv_blocked"]["sql"] == f"select pg_terminate_backend({holder.conn.info.backend_pid});"
    assert "grant pg_read_all_stats to obs_owner" in found["mv_blocked"]["finding"]
    assert "locks: LOCK_NOT_AVAILABLE 1" in found["mv_errors"]["finding"]
    assert {name for name, one in found.items() if one["verdict"] == "cause"} == {"mv_blocked", "mv_errors"}


def test_mv_01_the_unique_index_is_gone(history: Db) -> None:
    run = night(history).refresh("DATABASE_ERROR", "cannot refresh materialized view concurrently").finish()
    history.execute("drop index public.icp_candidate_companies_key")
    found = verdicts(history, alert(history, "MV-01", run))
    assert found["mv_ready"]["verdict"] == "cause"
    assert "no valid unique index" in found["mv_ready"]["finding"]
    assert [name for name, one in found.items() if one["verdict"] == "cause"] == ["mv_ready"]


def test_mv_01_the_definition_changed(history: Db) -> None:
    run = night(history).refresh("UNDEFINED_COLUMN", "column c.industry does not exist").finish()
    history.execute("drop materialized view public.icp_candidate_companies")
    history.execute(
        "create materialized view public.icp_candidate_companies as select tenant_id, company_id from public.companies"
    )
    found = verdicts(history, alert(history, "MV-01", run))
    assert found["mv_changed"]["verdict"] == "cause"
    assert "has changed since run a-6: columns and definition" in found["mv_changed"]["finding"]


def test_mv_01_the_view_is_gone(history: Db) -> None:
    run = night(history).refresh("UNDEFINED_TABLE", "relation does not exist").finish()
    history.execute("drop materialized view public.icp_candidate_companies")
    found = verdicts(history, alert(history, "MV-01", run))
    assert found["mv_changed"]["finding"] == "public.icp_candidate_companies does not exist; at run a-6 it did"
    assert found["mv_ready"]["verdict"] == "unknown"


def test_mv_01_the_owner_may_not_read(history: Db, new_login: object) -> None:
    owner = new_login()  # type: ignore[operator]
    run = night(history).refresh("INSUFFICIENT_PRIVILEGE", "permission denied for table companies").finish()
    history.execute(f"grant select on public.icp_rules to {owner}")
    history.execute(f"grant create on schema public to {owner}")
    history.execute(f"alter materialized view public.icp_candidate_companies owner to {owner}")
    found = verdicts(history, alert(history, "MV-01", run))
    assert found["mv_privileges"]["verdict"] == "cause"
    assert found["mv_privileges"]["sql"] == f"grant select on public.companies to {owner};"


def test_cr_02_dns_fails(history: Db) -> None:
    run = night(history).refresh().crawl({"DNS_FAILURE": 0.4}).finish()
    found = verdicts(history, alert(history, "CR-02", run))
    assert found["crawl_errors"]["finding"].startswith("DNS: ")
    assert "resolver" in found["crawl_errors"]["next_step"]
    assert [name for name, one in found.items() if one["verdict"] == "cause"] == ["crawl_errors"]
    ids = found["crawl_rerun"]["data"]["company_ids"]
    assert len(ids) == found["crawl_rerun"]["data"]["companies"]
    assert len(history.rows(found["crawl_rerun"]["sql"])) == len(ids)


def test_cr_02_one_domain_refuses(history: Db) -> None:
    run = night(history).refresh().crawl({"HTTP_403": 0.35}, domain="directory.example").finish()
    found = verdicts(history, alert(history, "CR-02", run))
    assert "failures are on directory.example" in found["crawl_domains"]["finding"]
    assert found["crawl_errors"]["finding"].startswith("robots: ")
    assert "CRAWLER_DOMAIN_MIN_INTERVAL_S" in found["crawl_errors"]["next_step"]
    assert [name for name, one in found.items() if one["verdict"] == "cause"] == ["crawl_errors", "crawl_domains"]


def test_cr_02_the_crawler_goes_faster(history: Db) -> None:
    for run, seconds in (("a-6", 2), (night(history).refresh().crawl({"HTTP_429": 0.3}).finish(), 0.2)):
        history.call("set_metric", run_id=run, name="CRAWLER_DOMAIN_MIN_INTERVAL_S", value=seconds, tenant_id="a")
    found = verdicts(history, alert(history, "CR-02", run))
    assert found["crawl_settings"]["verdict"] == "cause"
    assert "than at run a-6" in found["crawl_settings"]["finding"]


def test_vq_03_the_quota_is_used_up(history: Db) -> None:
    run = night(history).refresh().calls("lusha", 60, dict.fromkeys(range(25, 60), "HTTP_402"), gap_ms=2000).finish()
    found = verdicts(history, alert(history, "VQ-03", run))
    assert found["vendor_limits"]["finding"] == (
        "lusha quota used up: 35 of 60 calls answered 402, first at 2026-11-09 01:00 UTC; 0 answered 429"
    )
    assert "used up 1 min after the run began, after 25 calls" in found["vendor_usage"]["finding"]
    assert [name for name, one in found.items() if one["verdict"] == "cause"] == ["vendor_limits"]


def test_vq_03_a_burst_of_rate_limits(history: Db) -> None:
    codes = dict.fromkeys(range(100, 160), "HTTP_429")
    run = night(history).refresh().calls("lusha", 200, codes, gap_ms=300).finish()
    history.call("set_metric", run_id=run, name="quota_remaining", value=400, reason="lusha", tenant_id="a")
    found = verdicts(history, alert(history, "VQ-03", run))
    assert "lusha rate limit: 60 of 200 calls answered 429" in found["vendor_limits"]["finding"]
    assert found["vendor_usage"]["finding"].startswith(
        "usage spike: 200 calls of lusha, usual 60; about 197.3 a minute"
    )
    assert "400 left, which last 2 min of such use, or 2.0 runs" in found["vendor_usage"]["finding"]
    assert [name for name, one in found.items() if one["verdict"] == "cause"] == ["vendor_limits", "vendor_usage"]


def test_vq_03_the_key_is_refused(history: Db) -> None:
    run = night(history).refresh().calls("lusha", 60, dict.fromkeys(range(60), "HTTP_401")).finish()
    assert causes(history, alert(history, "VQ-03", run)) == ["vendor_key"]


def test_oa_04_a_burst_of_tokens(history: Db) -> None:
    tokens = dict.fromkeys(range(60, 100), 9000)
    codes = dict.fromkeys(range(90, 100), "HTTP_429")
    run = night(history).refresh().calls("openai", 120, codes, duration_ms=2500, tokens=tokens).finish()
    found = verdicts(history, alert(history, "OA-04", run))
    assert found["token_bursts"]["finding"].startswith("token burst: peak of ")
    assert "gpt-4o-mini 120" in found["token_bursts"]["finding"]
    assert found["parallel_calls"]["verdict"] == "clear"


def test_oa_04_too_many_calls_at_once(history: Db) -> None:
    codes = dict.fromkeys(range(40, 60), "HTTP_429")
    run = night(history).refresh().calls("openai", 120, codes, gap_ms=1000, duration_ms=12_000).finish()
    found = verdicts(history, alert(history, "OA-04", run))
    assert found["parallel_calls"]["finding"].startswith(
        "parallelism: at most 12 calls of openai at the same moment (01:00:12 UTC), usual 3"
    )
    assert found["token_bursts"]["verdict"] == "clear"
