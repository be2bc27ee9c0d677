"""What people do with obs 0.1.0, through every face of it, so that each of its tables holds something."""

from __future__ import annotations

from psycopg.types.json import Jsonb

from support.db import Db
from support.outbox import put
from support.pipeline import event_id, item, line, log_batch, log_lines, start, vendor_call

HOST = """
    create schema app;
    create table app.runs (
        run_id text primary key, tenant_id text, started_at timestamptz, ended_at timestamptz, status text
    );
    create view app.spend as select tenant_id, run_id, cost_usd from obs.run_overview;
    create view app.slow as
    select tenant_id, stage::text as subject, p95_ms::numeric as value, 10::numeric as threshold, 'ok'::text as verdict,
           'slow'::text as summary
    from obs.run_stage_stats;
    create function app.failures(p_run text) returns bigint language sql stable
    return (select count_error from obs.run_overview where run_id = p_run);
    grant usage on schema app to obs_forwarder;
    grant select on app.slow to obs_forwarder;
    """


def fill(db: Db) -> None:
    for tenant in ("alba", "brisk"):
        use(db, tenant)
    host_objects(db)
    db.call("tick")
    db.call("maintain")
    for tenant in ("alba", "brisk"):
        alerts(db, tenant, f"{tenant}-night")
    start(db, "open", tenant_id="alba")
    for company in range(10):
        item(db, "open", "crawl", tenant_id="alba", company_id=str(company), duration_ms=company)
    assert db.one("select sum(n) from obs.stage_deltas") == 10


def use(db: Db, tenant: str) -> None:
    run = f"{tenant}-night"
    db.call("create_tenant", tenant_id=tenant, display_name=f"{tenant} ltd")
    db.execute("select obs.set_price('openai', 'call', 0.25, p_tenant_id => %s)", (tenant,))
    db.call("map_error_code", vendor="openai", error_code="E1", meaning="quota", tenant_id=tenant)
    db.execute("select obs.set_setting('silence_timeout_s', '7777', %s)", (tenant,))
    db.call("allow_extra_key", key="note", tenant_id=tenant)
    db.execute("select obs.set_threshold('CC-05', 'threshold', 7, %s)", (tenant,))
    db.call("expect", tenant_id=tenant, schedule="02:30", name="night")
    db.execute("select obs.set_route(%s, 'chat', p_tenant_id => %s)", (f"{tenant}-own", tenant))
    start(db, run, tenant_id=tenant, meta={"candidates_pre": 30, "candidates_post": 20})
    for number in range(30):
        item(
            db, run, "crawl", ok=number % 3 > 0, tenant_id=tenant, company_id=f"co-{number}", duration_ms=number,
            error_code=None if number % 3 else "TIMEOUT", error_msg=None if number % 3 else "jane@example.com is late",
            extra={"note": "a word"},
        )  # fmt: skip
    vendor_call(db, run, "openai", tenant_id=tenant, model="gpt", tokens_input=5, tokens_output=7)
    vendor_call(db, run, "openai", "error", tenant_id=tenant, model="gpt", error_code="E1")
    log_lines(db, [line(run, tenant_id=tenant, company_id=f"line-{n}", duration_ms=n) for n in range(20)])
    base = 1000 if tenant == "alba" else 2000
    batch = [line(run, tenant_id=tenant, stage="score", event_id=str(event_id(base + n))) for n in range(20)]
    assert log_batch(db, batch) == (20, 0, 0)
    log_lines(db, [line(f"{tenant}-lost", tenant_id=tenant)])
    db.call("finish_stage", run_id=run, stage="crawl", tenant_id=tenant)
    db.call("heartbeat", run_id=run, tenant_id=tenant)
    db.call("finish_run", run_id=run, status="success", tenant_id=tenant)
    db.execute("insert into obs.vendor_advice (tenant_id, vendor) values (%s, 'tavily')", (tenant,))
    db.execute(
        """insert into obs.host_snapshots (tenant_id, run_id, relation, fingerprint, parts)
        values (%s, %s, 'public.mv', 'x', '{}')""",
        (tenant, run),
    )


def alerts(db: Db, tenant: str, run: str) -> None:
    seen = {
        "tenant_id": tenant, "alert_code": "CR-02", "subject": "crawl", "is_simulation": False, "run_id": run,
        "observed_at": "2026-01-01", "verdict": "breach", "value": 1, "threshold": 0, "severity": "warning",
        "summary": "it fails", "details": {}, "rule_version": 1,
    }  # fmt: skip
    db.execute("select obs._observe(jsonb_populate_record(null::obs.alert_observations, %s))", (Jsonb(seen),))
    db.execute("select obs.flush_notifications()")
    db.execute("select obs.silence('planned work', '1 day', %s)", (tenant,))
    put(db, f"{tenant}-chat", tenant_id=tenant, thread_key=f"{tenant}-waiting")
    number = put(db, f"{tenant}-sent", tenant_id=tenant, thread_key=f"{tenant}-thread")
    db.call("forwarder_beat", forwarder_id="f", channels=[f"{tenant}-sent"])
    db.call("claim_notifications", forwarder_id="f", channels=[f"{tenant}-sent"])
    db.call("complete_notification", notification_id=number, forwarder_id="f", external_ref={"ts": "1.2"})
    db.execute("insert into obs.runs_to_judge (tenant_id, run_id) values (%s, %s)", (tenant, run))


def host_objects(db: Db) -> None:
    db.execute(HOST)
    db.execute("select obs.attach_runs('app.runs')")
    db.execute("insert into app.runs values ('h1', 'alba', now(), null, 'running')")
    db.execute("select obs.register_condition('X-01', 'A stage is slow', 'app.slow')")
    for role, tenant in (("test_reader_a", "alba"), ("test_writer_b", "brisk")):
        if db.one("select to_regrole(%s) is null", (role,)):
            db.execute(f"create role {role} login")
        db.call("grant_access", role=role, tenant_id=tenant)
