"""Every number older than the window is the same to the byte after its raw events have left."""

from __future__ import annotations

from datetime import UTC, datetime

from psycopg.types.json import Jsonb

from support.aged import days_back, nights
from support.db import Db
from support.install import SQL
from support.pipeline import item, start, vendor_call
from support.readers import ABOUT_RAW_EVENTS, NOT_ABOUT_RUNS, OF_A_RUN, OF_MANY_RUNS, numbers, reports, views

Manifests = dict[tuple[str, str], dict[str, object]]


def test_every_public_report_is_compared_or_left_out_for_a_reason() -> None:
    public = {path.stem for path in (SQL / "functions" / "report").glob("*.sql") if not path.stem.startswith("_")}
    assert public <= OF_A_RUN.keys() | OF_MANY_RUNS.keys() | ABOUT_RAW_EVENTS.keys()
    print("\nleft out:", NOT_ABOUT_RUNS | ABOUT_RAW_EVENTS)


def old_night(db: Db, tenant: str, run: str, day: object) -> None:
    """What views and reports can tell of a run: costs, codes, buckets, e-mail statuses, a failed export, metrics."""
    start(db, run, tenant_id=tenant, started_at=f"{day}T01:00:00Z", meta={"candidates_pre": 50})
    for n in range(40):
        item(
            db, run, "crawl", ok=n % 3 > 0, tenant_id=tenant, company_id=f"c{n}", duration_ms=n * 37 % 900,
            error_code="DNS" if n % 3 == 0 else None, ts=f"{day}T01:{n:02}:00Z",
        )  # fmt: skip
        item(
            db, run, "score", tenant_id=tenant, company_id=f"c{n}", duration_ms=n, ts=f"{day}T01:{n:02}:30Z",
            extra={"bucket": "High" if n % 2 else "Low", "email_status": "verified", "rationale_length": n * 31},
        )  # fmt: skip
        vendor_call(
            db, run, "lusha", "error" if n % 10 == 0 else "success", tenant_id=tenant, cost_usd=0.0123, tokens_input=n,
            error_code="429" if n % 10 == 0 else None, ts=f"{day}T01:{n:02}:45Z",
        )  # fmt: skip
    db.call("set_metric", run_id=run, name="candidates_post", value=40, tenant_id=tenant)
    db.call("finish_run", run_id=run, tenant_id=tenant, ended_at=f"{day}T02:00:00Z")


def manifest_of(db: Db, tenant: str, run: str) -> dict[str, object]:
    """A manifest that agrees with what is stored, as obs reconcile makes one from log files."""
    return dict(
        db.one(
            """select jsonb_build_object(
                'events', (
                    select jsonb_agg(jsonb_build_object(
                        'event_id', e.event_id, 'kind', e.kind, 'stage', e.stage, 'vendor', e.vendor,
                        'status', e.status, 'cost_usd', e.cost_usd, 'tokens_input', e.tokens_input,
                        'tokens_output', e.tokens_output, 'kept', true
                    ))
                    from obs.run_event_logs e where e.tenant_id = %(tenant)s and e.run_id = %(run)s
                ),
                'stages', (
                    select jsonb_object_agg(s.stage, jsonb_build_object('count_total', s.count_total))
                    from obs.run_stage_stats s where s.tenant_id = %(tenant)s and s.run_id = %(run)s
                )
            )""",
            {"tenant": tenant, "run": run},
        )
    )


def test_views_and_reports_are_the_same_before_and_after(db: Db) -> None:
    for tenant in ("long", "short"):
        db.call("create_tenant", tenant_id=tenant)
        for back in (35, 20, 5):
            (day,) = days_back(back, back)
            old_night(db, tenant, f"{tenant}-{back}", day)
    db.call("set_setting", key="retention_days", value=Jsonb(14), tenant_id="short")
    nights(db, "long", days_back(40, 33), 30, prefix="many-")
    db.call("tick")
    db.set_now(datetime.now(UTC).isoformat())
    leaving = db.rows(
        """select tenant_id, run_id from obs.enrichment_runs
        where run_day < current_date - case tenant_id when 'short' then 14 else 30 end order by 1, 2"""
    )
    manifests: Manifests = {(tenant, run): manifest_of(db, tenant, run) for tenant, run in leaving}
    before = views(db), numbers(db), reports(db, manifests)
    assert len(leaving) == 11
    assert all(before[2].values())
    for _ in range(2):
        db.call("maintain")
        db.execute(
            "update obs.enrichment_runs set expired_at = expired_at - interval '1 hour' where raw_gone_at is null"
        )
    db.call("maintain")
    gone = db.rows("select tenant_id, run_id from obs.enrichment_runs where raw_gone_at is not null order by 1, 2")
    assert gone == leaving
    assert db.one("select count(*) from obs.run_event_logs e join obs.enrichment_runs r using (tenant_id, run_id) "
                  "where r.raw_gone_at is not null") == 0  # fmt: skip
    after = views(db), numbers(db), reports(db, manifests)
    for old, new in zip(before, after, strict=True):
        assert old.keys() == new.keys()
        for name, found in old.items():
            assert new[name] == found, name
    for tenant, run in leaving:
        assert {row.source for row in db.calls("recompute", run_id=run, tenant_id=tenant)} == {"rollup"}
