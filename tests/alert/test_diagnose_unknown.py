"""What cannot be looked at is unknown, with the reason and what would help."""

from __future__ import annotations

import pytest

from support.db import Db
from support.diagnosed import NightRun, alert, healthy, snapshot, verdicts
from support.pipeline import refused


@pytest.mark.usefixtures("tenants")
def test_without_settings_host_checks_are_unknown(db: Db) -> None:
    run = healthy(db, 1)
    found = verdicts(db, alert(db, "MV-01", run))
    for name in ("mv_blocked", "mv_changed", "mv_ready", "mv_privileges"):
        assert found[name]["verdict"] == "unknown"
        assert found[name]["finding"] == "the setting host_mv names no relation, so there is nothing to look at"
        db.execute(found[name]["sql"])  # the very statement that helps
        db.call("set_setting", key="host_mv", value=None)
    assert verdicts(db, alert(db, "CC-05", run))["icp_rules"]["verdict"] == "unknown"
    assert verdicts(db, alert(db, "OE-06", run))["odoo_mapping"]["verdict"] == "unknown"


def test_a_table_that_obs_may_not_read_is_unknown_with_the_grant(host: Db) -> None:
    host.execute("revoke select on public.icp_rules, public.odoo_connections from obs_owner")
    run = healthy(host, 1)
    for code, name, table in (("CC-05", "icp_rules", "icp_rules"), ("OE-06", "odoo_mapping", "odoo_connections")):
        found = verdicts(host, alert(host, code, run))[name]
        assert (found["verdict"], found["finding"]) == ("unknown", f"obs may not read public.{table}")
        host.execute(found["sql"])
        snapshot(host, run)
        assert "may not read" not in verdicts(host, alert(host, code, run, subject="again"))[name]["finding"]


def test_views_row_security_and_big_tables_are_not_read(host: Db) -> None:
    run = healthy(host, 1)
    host.execute("create view public.rules as select * from public.icp_rules")
    host.execute("grant select on public.rules to obs_owner")
    host.execute("""select obs.set_setting('host_icp_rules', '"public.rules"')""")
    assert "no plain table" in verdicts(host, alert(host, "CC-05", run))["icp_rules"]["finding"]
    host.execute("""select obs.set_setting('host_icp_rules', '"public.icp_rules"')""")
    host.execute("alter table public.icp_rules enable row level security")
    assert "row security" in verdicts(host, alert(host, "CC-05", run, subject="b"))["icp_rules"]["finding"]
    host.execute("alter table public.icp_rules disable row level security")
    host.execute("insert into public.icp_rules select n::text, '{}', 1 from generate_series(1, 20001) n")
    assert "20 000 rows" in verdicts(host, alert(host, "CC-05", run, subject="c"))["icp_rules"]["finding"]


def test_what_the_host_defined_never_runs_as_obs(host: Db) -> None:
    host.execute("create table public.ran (by text)")
    host.execute("grant insert on public.ran to public")
    host.execute("""create function public.evil(public.icp_rules) returns text language plpgsql as
        $$ begin insert into public.ran values (current_user); return 'x'; end $$""")
    host.execute("create cast (public.icp_rules as text) with function public.evil(public.icp_rules) as implicit")
    run = healthy(host, 1)
    verdicts(host, alert(host, "CC-05", run))
    assert host.rows("select * from public.ran") == []


def test_a_locked_view_does_not_hold_up_the_finish_or_the_diagnosis(host: Db) -> None:
    holder = host.login()
    holder.execute("begin")
    holder.execute("lock table public.icp_rules in access exclusive mode")
    holder.execute("refresh materialized view public.icp_candidate_companies")
    run = healthy(host, 1)
    assert host.rows("select relation from obs.host_snapshots where run_id = %s order by 1", (run,)) == [
        ("public.odoo_connections",)
    ]
    found = verdicts(host, alert(host, "CC-05", run))["icp_rules"]
    assert (found["verdict"], "exclusive mode" in found["finding"]) == ("unknown", True)
    assert verdicts(host, alert(host, "MV-01", run))["mv_blocked"]["verdict"] == "cause"


def test_an_alert_without_a_run_is_unknown_where_a_run_is_needed(host: Db) -> None:
    found = verdicts(host, alert(host, "MV-01", None))
    assert found["mv_errors"] == {
        "check": "mv_errors",
        "verdict": "unknown",
        "finding": "no refresh was logged: stage mv_refresh is missing",
        "next_step": "see whether the nightly job ran at all",
    }
    for code in ("CR-02", "VQ-03", "OA-04", "CC-05", "OE-06", "RN-13", "UP-11"):
        assert {one["verdict"] for one in verdicts(host, alert(host, code, None)).values()} <= {"unknown", "clear"}


def test_the_query_of_a_blocker_is_shown_without_its_literals(host: Db) -> None:
    host.execute("grant pg_read_all_stats to obs_owner")
    try:
        holder = host.login()
        holder.execute("begin")
        holder.execute("refresh materialized view public.icp_candidate_companies")
        holder.execute("select 'jane.doe@acme-corp.de' as a, 4711 as b")
        found = verdicts(host, alert(host, "MV-01", healthy(host, 1)))["mv_blocked"]["finding"]
        assert found.endswith("query: select ? as a, ? as b")
    finally:
        host.execute("revoke pg_read_all_stats from obs_owner")


def test_a_check_that_breaks_is_unknown(host: Db) -> None:
    host.execute("""create or replace function obs._check_mv_ready(p_alert obs.alerts) returns jsonb language plpgsql
        stable set search_path = pg_catalog, pg_temp as $$ begin return 1 / 0; end $$""")
    found = verdicts(host, alert(host, "MV-01", healthy(host, 1)))
    assert found["mv_ready"]["finding"] == "the check ended with SQLSTATE 22012"
    assert found["mv_privileges"]["verdict"] == "clear"


def test_settings_take_names_of_relations_only(db: Db) -> None:
    for bad in ('"companies"', '"public.a.b"', '"a;b"', "17", '"public.x where true"'):
        assert refused(db.execute, "select obs.set_setting('host_mv', %s::jsonb)", (bad,)).sqlstate == "22023"
    for good in ('"public.mv"', '"Own Schema"."My View"'):
        db.execute("select obs.set_setting('host_mv', to_jsonb(%s::text))", (good.strip('"') if "S" not in good else good,))
    for bad in ('"a b"', "3", '""'):
        assert refused(db.execute, "select obs.set_setting('runbook_base_url', %s::jsonb)", (bad,)).sqlstate == "22023"


RANDOM = "gen_random_uuid()"
IN_ORDER = """(lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8'
    || substr(md5(n::text), 1, 15))::uuid"""


@pytest.mark.parametrize("ids", [RANDOM, IN_ORDER], ids=["random", "in_order"])
def test_a_sample_of_a_large_run_finds_burst_and_parallelism(host: Db, ids: str) -> None:
    """More than 40 000 events: a sample stands for them, whether ids are random or in order of time."""
    for number, gap in ((0, 50), (1, 10)):
        night = NightRun(host, number)
        with host.conn.transaction():
            host.execute("select obs.open_batch()")
            host.execute(
                f"""insert into pg_temp.obs_batch (
                    ord, ts, logger, tenant_id, run_id, stage, event, vendor, status, error_code, duration_ms, tokens_input, event_id
                )
                select n, at, 'obs.vendor', 'a', %(run)s, 'score', 'vendor_call', 'openai',
                    case when limited then 'error' else 'success' end, case when limited then 'HTTP_429' end, 500, 100, {ids}
                from generate_series(1, 45000) n,
                    lateral (select %(at)s::timestamptz + n * %(gap)s * interval '1 millisecond' as at,
                        %(gap)s = 10 and n %% 50 = 0 as limited) x""",
                {"run": night.run, "gap": gap, "at": night.at},
            )
            host.call("log_batch", expected=45_000)
        run = night.finish()
    found = verdicts(host, alert(host, "OA-04", run))
    assert found["token_bursts"]["verdict"] == "cause"
    assert 500_000 < found["token_bursts"]["data"]["tokens"] < 700_000  # 6 000 calls a minute of 100 tokens
    assert found["parallel_calls"]["verdict"] == "cause"
    assert 40 < found["parallel_calls"]["data"]["parallel"] < 65
