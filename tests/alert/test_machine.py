"""The machine: pending, firing, recovering, resolved, no data and errors, with the moment and reason of each move."""

from __future__ import annotations

from support.alerts import Watch
from support.db import Db


def at(minute: float) -> str:
    whole, part = divmod(round(minute * 60), 3600)
    return f"2026-03-02 {1 + whole:02}:{part // 60:02}:{part % 60:02}+00"


def moments(watch: Watch, code: str = "VQ-03") -> list[tuple[str, str]]:
    """State that was entered, and when, as minutes after one o'clock."""
    query = """select to_state, round(extract(epoch from at - '2026-03-02 01:00:00+00') / 60, 2)::float8
        from obs.alert_transitions where alert_code = %s order by transition_id"""
    return [tuple(row) for row in watch.db.rows(query, (code,))]


def test_for_holds_an_alert_back_and_fires_at_its_moment(watch: Watch, db: Db) -> None:
    db.execute("select obs.set_threshold('VQ-03', 'for_s', 300)")
    for minute, verdict in ((0, "breach"), (4, "breach"), (4.9, "ok"), (5, "breach"), (10, "breach")):
        watch.at(at(minute))
        watch.observe(verdict)
    watch.at(at(10))
    watch.evaluate()
    assert moments(watch) == [("pending", 0), ("inactive", 4.9), ("pending", 5), ("firing", 10)]


def test_a_timer_fires_at_its_own_moment_however_late_it_is_looked_at(watch: Watch, db: Db) -> None:
    db.execute("select obs.set_threshold('VQ-03', 'for_s', 300)")
    watch.at(at(0))
    watch.observe("breach")
    watch.at(at(47))
    watch.evaluate()
    assert moments(watch) == [("pending", 0), ("firing", 5)]


def test_keep_firing_holds_an_alert_up(watch: Watch, db: Db) -> None:
    db.execute("select obs.set_threshold('VQ-03', 'keep_firing_s', 600)")
    for minute, verdict in ((0, "breach"), (1, "ok"), (5, "breach"), (6, "ok"), (20, "ok")):
        watch.at(at(minute))
        watch.observe(verdict)
    watch.evaluate()
    assert moments(watch) == [("firing", 0), ("recovering", 1), ("firing", 5), ("recovering", 6), ("resolved", 16)]


def test_escalation_is_at_once_and_milder_waits_for_keep_firing(watch: Watch, db: Db) -> None:
    db.execute("select obs.set_threshold('CR-02', 'keep_firing_s', 600)")
    watch.at(at(0))
    watch.observe("breach", "CR-02", 0.31)
    watch.at(at(1))
    watch.observe("breach", "CR-02", 0.51, severity="page")
    watch.at(at(2))
    watch.observe("breach", "CR-02", 0.45)
    assert db.one("select severity from obs.alert_active") == "page"
    watch.at(at(12))
    watch.evaluate()
    assert db.one("select severity from obs.alert_active") == "warning"
    assert [reason for _, _, reason in watch.moves("CR-02")] == ["breach", "escalated", "milder"]
    assert db.one("select count(*) from obs.alerts") == 1, "one incident, not two"


def test_no_data_and_errors_end_no_alert(watch: Watch) -> None:
    watch.observe("no_data")
    watch.observe("breach")
    watch.observe("no_data")
    watch.observe("error")
    assert watch.active() == {"VQ-03:x": "warning"}
    watch.observe("ok")
    watch.observe("error")
    watch.observe("ok")
    states = [(was, became) for was, became, _ in watch.moves("VQ-03")]
    assert states == [
        ("inactive", "no_data"),
        ("no_data", "firing"),
        ("firing", "resolved"),
        ("inactive", "error"),
        ("error", "inactive"),
    ]


def test_a_changed_rule_closes_what_it_opened_before_it_judges_anew(watch: Watch, db: Db) -> None:
    watch.run(post=40)
    db.execute("select obs.set_threshold('CC-05', 'threshold', 45)")
    assert watch.active() == {}
    watch.evaluate()
    assert watch.active() == {"CC-05:candidates": "ticket"}
    reasons = [(became, reason) for _, became, reason in watch.moves("CC-05")]
    assert reasons == [("firing", "breach"), ("resolved", "rule changed"), ("no_data", "no data"), ("firing", "breach")]
    assert db.rows("select threshold from obs.alerts order by alert_id") == [(50,), (45,)]


def test_a_change_for_one_tenant_leaves_the_others_alerts(watch: Watch, db: Db) -> None:
    db.execute("select obs.create_tenant('b')")
    for tenant in ("a", "b"):
        watch.run(tenant=tenant, post=40)
    db.execute("select obs.set_threshold('CC-05', 'threshold', 30, 'a')")
    watch.evaluate()
    assert (watch.active("a"), watch.active("b")) == ({}, {"CC-05:candidates": "ticket"})


def test_a_clean_next_run_ends_it_and_a_late_old_run_does_not_bring_it_back(watch: Watch, db: Db) -> None:
    watch.at(at(0))
    watch.run(crawl=(100, 60))
    watch.at(at(60))
    watch.run()
    assert watch.active() == {}
    db.call("start_run", tenant_id="a", run_id="older", started_at="2026-03-01 01:00:00+00")
    db.call("set_metric", run_id="older", name="candidates_post", value=3)
    db.call("finish_run", run_id="older")
    assert watch.active() == {}


def test_a_broken_rule_is_an_error_of_its_own_and_hinders_no_other(watch: Watch, db: Db) -> None:
    watch.run(crawl=(100, 60))
    db.execute("""create or replace view obs.condition_cr_02 with (security_invoker = true) as
        select 'CR-02'::text as alert_code, s.tenant_id, s.run_id, 'crawl'::text as subject, (1 / 0)::numeric as value,
            0::numeric as threshold, 'page'::text as severity, 'ok'::text as verdict, ''::text as summary,
            null::jsonb as details from obs.run_stage_stats s""")
    watch.run(post=10)
    watch.evaluate()
    assert watch.active() == {"CR-02:crawl": "page", "CC-05:candidates": "ticket"}, (
        "still firing: nobody has shown it over"
    )
    watch.evaluate()
    assert watch.active("") == {"WD-09:rule CR-02": "page"}
    assert db.one("select error_sqlstate from obs.alert_rules where alert_code = 'CR-02'") == "22012"


def test_the_machine_reads_nothing_but_what_it_is_handed(db: Db) -> None:
    assert db.one("select provolatile from pg_proc where oid = 'obs._step(obs.alert_states, obs.alert_observations, "
                  "timestamptz, jsonb)'::regprocedure") == "i"  # fmt: skip


def test_a_discarded_run_takes_its_alert_with_it_and_the_run_before_counts_again(watch: Watch, db: Db) -> None:
    watch.at(at(0))
    watch.run(post=10, run="first")
    watch.at(at(60))
    watch.run(crawl=(100, 60), run="wrong")
    assert set(watch.active()) == {"CR-02:crawl"}
    db.execute("select obs.discard_run('wrong')")
    assert watch.active() == {}
    watch.evaluate()
    assert watch.active() == {"CC-05:candidates": "ticket"}
