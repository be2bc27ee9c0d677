"""Tenants a and b with something in every table; whatever is b's says so: its words begin with `bravo`."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from support.db import Db
from support.outbox import put
from support.pipeline import item, line, log_lines, start, vendor_call
from support.stories import TENANTS, Story, fixture_of
from support.tenants import MARK

# Tables in which a row of a tenant is no row of its data, or that the fixture cannot fill.
NOT_FILLED: set[str] = set()


def something_in_every_table(db: Db) -> None:
    """Tenants a and b with something in every table."""
    db.call("grant_access", role="test_reviewer_a", tenant_id="a")
    for tenant, word in (("a", "alpha"), ("b", MARK)):
        run = f"{word}-run"
        start(db, run, tenant_id=tenant, meta={f"{word}_metric": 5}, trace_url=f"https://{word}.example/t")
        for ok in (True, False):
            item(
                db, run, f"{word}-stage", ok=ok, tenant_id=tenant, company_id=f"{word}-co", duration_ms=7,
                error_code=None if ok else f"{word}-code", error_msg=f"{word} failed", trace_id=f"{word}-trace",
                extra={"bucket": f"{word}-High"},
            )  # fmt: skip
        vendor_call(db, run, f"{word}-vendor", tenant_id=tenant, model=f"{word}-model", stage=f"{word}-stage")
        db.call("finish_stage", run_id=run, stage=f"{word}-stage", tenant_id=tenant)
        item(db, run, f"{word}-open", tenant_id=tenant, company_id=f"{word}-late")
        log_lines(db, [line(f"{word}-unknown", tenant_id=tenant, company_id=f"{word}-lost")])
        db.call("set_price", vendor=f"{word}-vendor", unit="call", price_usd=1, tenant_id=tenant)
        db.call("map_error_code", vendor=f"{word}-vendor", error_code=f"{word}-code", meaning="quota", tenant_id=tenant)
        db.execute("select obs.set_setting('silence_timeout_s', '7777', %s)", (tenant,))
        db.call("allow_extra_key", key=f"{word}_key", tenant_id=tenant)
        db.call("create_tenant", tenant_id=tenant, display_name=f"{word} ltd")
        alerts_of(db, tenant, word)
        db.call("expect", tenant_id=tenant, schedule="02:30", name=f"{word}-night")
        db.call("hold_run", run_id=run, reason=f"{word} disputes it", tenant_id=tenant)
        db.call("release_run", run_id=run, tenant_id=tenant)
        db.execute(
            """insert into obs.host_snapshots (tenant_id, run_id, relation, fingerprint, parts)
            values (%s, %s, 'public.mv', 'x', '{}')""",
            (tenant, run),
        )
        sampled(db, tenant, word)
        aged(db, tenant, run, word)
        db.execute("insert into obs.vendor_advice (tenant_id, vendor) values (%s, %s)", (tenant, f"{word}-vendor"))
        number = put(
            db, f"{word}-chat", tenant_id=tenant, thread_key=f"{word}-thread", facts={"title": f"{word} is down"}
        )
        db.call("claim_notifications", forwarder_id="f", channels=[f"{word}-chat"])
        db.call("complete_notification", notification_id=number, forwarder_id="f", external_ref={"ts": f"{word}-ts"})
        db.call("set_route", route_name="own", channel=f"{word}-chat", tenant_id=tenant)
        privacy_of(db, tenant, word)
        looked_after(db, tenant, word)
    db.execute("delete from obs.cluster")  # who claimed was the first to speak; a clone is another database
    db.execute("analyze")


crowded = fixture_of(Story("crowded", something_in_every_table, after=TENANTS))


def sampled(db: Db, tenant: str, word: str) -> None:
    """A sample of the tenant's run with a review, and a follow-up."""
    key = {"tenant": tenant, "run": f"{word}-run", "company": f"{word}-co", "word": word}
    db.execute("delete from obs.qa_draws where tenant_id = %(tenant)s", key)
    db.execute(
        """insert into obs.qa_draws (tenant_id, run_id, stratum, bucket, seed, requested, available, drawn, source)
        values (%(tenant)s, %(run)s, 'random', 'High', %(word)s, 10, 1, 1, 'events')""",
        key,
    )
    db.execute(
        """insert into obs.qa_samples (tenant_id, run_id, company_id, bucket, checks, draw_rank)
        values (%(tenant)s, %(run)s, %(company)s, 'High', '{}', 1)""",
        key,
    )
    for table, column, value in (("qa_sources", "relation", word), ("webmail_domains", "domain_hash", word.encode())):
        db.execute(
            f"insert into obs.{table} (tenant_id, {column}) values (%s, %s) on conflict do nothing", (tenant, value)
        )
    db.execute(
        """insert into obs.qa_reviews (tenant_id, run_id, company_id, reviewer, result, notes)
        values (%(tenant)s, %(run)s, %(company)s, 'somebody', 'fail', %(word)s)""",
        key,
    )
    db.execute(
        """insert into obs.qa_follow_ups (tenant_id, run_id, opened_at, passed, failed, pending, summary)
        values (%(tenant)s, %(run)s, now(), 0, 1, 0, %(word)s)""",
        key,
    )


def aged(db: Db, tenant: str, run: str, word: str) -> None:
    """What compaction, content and pruned observations leave, with the tenant's word in it."""
    db.execute(
        """insert into obs.error_texts (tenant_id, fingerprint, error_text, first_run_day, last_run_day)
        values (%s, %s, %s, '2026-01-01', '2026-01-01')""",
        (tenant, f"fp:h1:{word}", f"{word} said no"),
    )
    db.execute("select obs.set_setting('content_retention_days', '10', %s)", (tenant,))
    db.call("keep_content", run_id=run, company_id=f"{word}-co", kind="about", content=f"{word}!", tenant_id=tenant)
    db.execute(
        """insert into obs.alert_replay_starts (tenant_id, alert_code, subject, state, observed_at)
        values (%s, 'CR-02', %s, '{}', '2026-01-01')""",
        (tenant, f"{word}-subject"),
    )


def looked_after(db: Db, tenant: str, word: str) -> None:
    """A step of a runbook that was ticked, and a night that was mailed."""
    alert = db.one("select max(alert_id) from obs.alerts where tenant_id = %s", (tenant,))
    db.call("tick_step", alert_id=alert, step=1, note=f"{word} was seen to")
    night = db.one("select night from obs.last_night where tenant_id = %s", (tenant,))
    db.call("claim_night_mail", tenant_id=tenant, night=night, recipients=[f"{word}@example.invalid"])


def privacy_of(db: Db, tenant: str, word: str) -> None:
    """What became of the canaries of the tenant's run, what an audit found, and an address that is forgotten."""
    db.execute(
        """insert into obs.privacy_canaries (tenant_id, run_id, planted, caught, missed)
        values (%s, %s, 1, 0, array[%s])""",
        (tenant, f"{word}-run", f"{word}-kind"),
    )
    db.execute(
        """insert into obs.privacy_audits
            (tenant_id, started_at, duration_ms, rows_scanned, cells_scanned, findings, verdict, report, actor)
        values (%s, now(), 1, 1, 1, 0, 'clean', jsonb_build_object('scope', %s::text), 'ops')""",
        (tenant, f"{word}-scope"),
    )
    db.call("forget_email", tenant_id=tenant, address=f"{word}@example.invalid")


def alerts_of(db: Db, tenant: str, word: str) -> None:
    """An alert that has been told, by a route, with a threshold and a silence, all with the tenant's word in them."""
    db.execute(
        "insert into obs.notification_routes (tenant_id, route_name, channel) values (%s, %s, 'mail')",
        (tenant, f"{word}-route"),
    )
    db.execute("select obs.set_threshold('CC-05', 'threshold', 7, %s)", (tenant,))
    seen = {
        "tenant_id": tenant, "alert_code": "CR-02", "subject": f"{word}-subject", "is_simulation": False,
        "observed_at": "2026-01-01", "run_id": f"{word}-run", "verdict": "breach", "value": 1, "threshold": 0,
        "severity": "warning", "summary": f"{word} fails", "details": {"of": word}, "rule_version": 1,
    }  # fmt: skip
    db.execute("select obs._observe(jsonb_populate_record(null::obs.alert_observations, %s))", (Jsonb(seen),))
    db.execute("select obs.flush_notifications()")
    db.execute("select obs.silence(%s, '1 day', %s)", (f"{word} is quiet", tenant))
    db.execute("insert into obs.runs_to_judge (tenant_id, run_id) values (%s, %s)", (tenant, f"{word}-run"))
    db.execute(
        """insert into obs.notification_threads (tenant_id, channel, thread_key, external_ref)
        values (%s, 'mail', %s, '{}')""",
        (tenant, f"{word}-thread"),
    )


@pytest.fixture
def tenant_tables(crowded: Db) -> list[str]:
    """Every table that knows tenants; each must hold something of b's, or it would prove nothing."""
    found = [
        name
        for (name,) in crowded.rows(
            """select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
            where c.relnamespace = 'obs'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
            order by 1"""
        )
    ]
    empty = [name for name in found if not rows_of(crowded, name, "b")]
    assert set(empty) <= NOT_FILLED, "fill these for tenant b in the fixture `crowded`"
    return found


def rows_of(db: Db, table: str, tenant: str) -> list[str]:
    query = sql.SQL("select t::text from obs.{} t where tenant_id = %s order by 1").format(sql.Identifier(table))
    return [text for (text,) in db.conn.execute(query, (tenant,))]


@pytest.fixture
def unharmed(crowded: Db, tenant_tables: list[str]) -> Callable[[], None]:
    """Fails when anything of b's is not as it was."""

    def all_of_b() -> dict[str, list[str]]:
        return {name: rows_of(crowded, name, "b") for name in tenant_tables}

    before = all_of_b()

    def check() -> None:
        assert all_of_b() == before

    return check
