"""What obs.status() says of a database, check by check, to somebody who is no superuser."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from support.db import Db
from support.health import checks
from support.pipeline import item, refused, start


def shown(db: Db, check: str) -> Any:
    return checks(db.login("test_ops"))[check]


def test_a_healthy_database_is_green_and_asks_for_nothing(db: Db) -> None:
    db.call("tick")
    db.call("maintain")
    for login in ("test_ops", "test_admin"):
        rows = db.login(login).calls("status")
        assert {row.state for row in rows} == {"green"}, rows
        assert {row.remedy for row in rows} == {None}
        assert all(row.detail for row in rows)


def test_whatever_is_not_green_says_what_to_do(db: Db) -> None:
    rows = db.calls("status")
    assert {row.state for row in rows} <= {"green", "amber", "red"}
    assert [row.check_name for row in rows if (row.state == "green") != (row.remedy is None)] == []


def test_event_days_ahead(db: Db) -> None:
    before = shown(db, "event days")
    assert (before.state, before.detail) == ("red", "there is no partition for today")
    db.execute(before.remedy)
    assert shown(db, "event days").detail == "partitions for today and 14 days ahead"
    today = db.one("select (obs.now() at time zone 'UTC')::date")
    states = {}
    for moved in range(1, 16):
        db.set_now(str(db.one("select %s::date + %s + time '12:00'", (today, moved))) + "+00")
        states[14 - moved] = checks(db)["event days"].state
    assert states == {
        **dict.fromkeys(range(7, 14), "green"),
        **dict.fromkeys(range(3, 7), "amber"),
        **dict.fromkeys(range(-1, 3), "red"),
    }


def test_a_partition_that_is_missing_although_the_ledger_has_it(db: Db) -> None:
    db.call("maintain")
    tomorrow = db.one("select to_char((obs.now() at time zone 'UTC')::date + 1, 'YYYYMMDD')")
    db.execute(f"drop table obs.run_event_logs_{tomorrow}")
    assert shown(db, "event days").detail == "partitions for today and 0 days ahead"


def test_events_that_wait_to_be_folded(db: Db) -> None:
    db.call("start_run", tenant_id="a", run_id="r")
    db.call("log_event", run_id="r", stage="crawl", event="finish", status="success", logger="obs.stage")
    assert shown(db, "events to fold").state == "green"
    for age, state in (("170 seconds", "green"), ("4 minutes", "amber"), ("16 minutes", "red")):
        db.execute("update obs.stage_deltas set last_received_at = clock_timestamp() - %s::interval", (age,))
        assert shown(db, "events to fold").state == state
    assert shown(db, "events to fold").detail.endswith("the oldest since 16 min")
    db.execute(shown(db, "events to fold").remedy)
    assert shown(db, "events to fold").detail == "none"


def test_stages_that_got_fewer_events_than_were_sent(db: Db) -> None:
    db.call("start_run", tenant_id="a", run_id="r")
    for stage, expected in (("crawl", 1), ("score", 3)):
        db.call("log_event", run_id="r", stage=stage, event="finish", status="success")
        db.call("finish_stage", run_id="r", stage=stage, expected_events=expected)
    row = shown(db, "missing events")
    assert row.state == "amber"
    assert row.detail == "stages of the last day that got fewer than were sent: 1, the last score of run r"
    for _ in range(2):
        db.call("log_event", run_id="r", stage="score", event="finish", status="success")
    db.call("tick")
    assert shown(db, "missing events").state == "green"


def test_quarantine_by_reason(db: Db) -> None:
    db.call("create_tenant", tenant_id="a")
    for n in range(3):
        db.call("log_event", run_id=f"unknown {n}", stage="s", event="finish", status="success", tenant_id="a")
    row = shown(db, "quarantine")
    assert (row.state, row.detail) == ("amber", "in the last day: 3 unknown_run")
    db.execute("update obs.quarantined_events set received_at = received_at - interval '1 day'")
    assert shown(db, "quarantine").state == "green"


def test_calls_without_a_price(db: Db) -> None:
    db.call("start_run", tenant_id="a", run_id="r")
    for vendor in ("openai", "openai", "lusha"):
        db.call("log_event", run_id="r", stage="s", event="vendor_call", status="success", logger="obs.vendor",
                vendor=vendor, tokens_input=10)  # fmt: skip
    db.call("tick")
    row = shown(db, "prices")
    assert (row.state, row.detail) == ("amber", "calls without a price in the last day: 2 openai, 1 lusha")
    db.execute("update obs.run_vendor_usage set updated_at = updated_at - interval '1 day'")
    assert shown(db, "prices").state == "green"


def test_tenants_that_a_writer_made(db: Db) -> None:
    for n in range(7):
        db.login("test_writer").call("start_run", tenant_id=f"t{n}", run_id="r")
    row = shown(db, "new tenants")
    assert (row.state, row.detail) == ("amber", "7 that a writer made and nobody confirmed: t6, t5, t4, t3, t2, …")
    for n in range(7):
        db.call("create_tenant", tenant_id=f"t{n}")
    assert shown(db, "new tenants").state == "green"


@pytest.mark.parametrize("fault", ["disable row level security", "no force row level security"])
def test_row_security_that_somebody_took_off(db: Db, fault: str) -> None:
    db.execute(f"alter table obs.tenants {fault}")
    row = shown(db, "row security")
    assert (row.state, row.detail) == ("red", "not forced on obs.tenants")
    db.execute("alter table obs.tenants enable row level security, force row level security")
    assert shown(db, "row security").state == "green"


def test_a_role_of_obs_that_bypasses_row_security(db: Db) -> None:
    db.execute("alter role obs_bi bypassrls")
    try:
        row = shown(db, "row security")
        assert (row.state, row.detail) == ("red", "bypassed by obs_bi")
    finally:
        db.execute("alter role obs_bi nobypassrls")


def test_a_backup_role_that_row_security_would_stop(db: Db, new_login: Callable[..., str]) -> None:
    assert shown(db, "backup").state == "green"
    role = new_login("pg_read_all_data")
    row = shown(db, "backup")
    assert (row.state, row.detail) == ("amber", f"pg_dump as {role} would stop at row security")
    db.execute(f"alter role {role} bypassrls")
    assert shown(db, "backup").state == "green"


def test_the_schemas_version(db: Db) -> None:
    steps = db.one("select count(*) from obs.schema_migrations")
    row = shown(db, "schema")
    assert row.detail.startswith(f"obs {db.call('version')}, {steps} schema steps, the last ")
    db.execute("update obs.schema_migrations set checksum = 'other' where version = '10_tenancy'")
    assert shown(db, "schema").detail != row.detail


def test_alerts_that_reach_nobody(db: Db) -> None:
    healthy = shown(db, "forwarders")
    assert (healthy.state, healthy.detail) == ("green", "none has ever been seen, and nothing waits to be told")
    db.execute("select obs.create_tenant('a'); select obs.simulate('CR-02', 'a')")
    assert shown(db, "forwarders").state == "amber"
    assert shown(db, "outbox").state == "green"
    db.execute("update obs.notifications set created_at = now() - interval '10 minutes'")
    assert shown(db, "outbox").state == "amber", "nobody forwards here"
    db.execute("select obs.forwarder_beat('f', '{mail}', '{}', true)")
    found = {name: checks(db.login("test_ops"))[name] for name in ("forwarders", "outbox", "channels")}
    assert {name: check.state for name, check in found.items()} == {
        "forwarders": "green", "outbox": "red", "channels": "amber",
    }  # fmt: skip
    assert found["channels"].detail.endswith("jira, pager, slack")
    db.execute("select obs.forwarder_beat('f', '{mail}', '{}', false)")
    assert shown(db, "forwarders").state == "green", "it has just begun"
    db.execute("update obs.forwarders set started_at = now() - interval '5 minutes'")
    assert shown(db, "forwarders").state == "amber"
    db.execute("update obs.forwarders set last_seen_at = now() - interval '1 hour'")
    assert shown(db, "forwarders").state == "red"


def test_a_report_that_was_begun_and_never_sent(db: Db) -> None:
    db.execute("select obs.create_tenant('a')")
    night = db.one("select night from obs.last_night")
    assert shown(db, "reports").state == "green"
    mail = {"tenant_id": "a", "night": night, "recipients": ["ops@example.com"]}
    assert db.call("claim_night_mail", **mail)
    assert shown(db, "reports").state == "green", "it is under way"
    db.execute("update obs.night_mails set claimed_at = now() - interval '16 minutes'")
    row = checks(db.login("test_ops"))["reports"]
    assert (row.state, row.detail) == ("amber", f"begun, and never said to be sent: {night} of a")
    db.call("end_night_mail", **mail, sent=True)
    assert shown(db, "reports").state == "green"
    db.execute("update obs.night_mails set sent_at = null, claimed_at = now() - interval '8 days'")
    assert shown(db, "reports").state == "green", "told long enough"


def test_a_broken_rule_is_red(db: Db) -> None:
    db.execute("select obs._rule_failed('CR-02', '22012', now())")
    found = shown(db, "alert rules")
    assert (found.state, found.detail) == ("red", "CR-02 fails with SQLSTATE 22012")


def test_who_keeps_writers_waiting_is_named(db: Db) -> None:
    """A request that will be refused, and yet has all writers, and this check, queue behind it while it waits."""
    start(db, "r1")
    assert shown(db, "locks").state == "green"
    holder, squatter, watcher = db.login("test_writer"), db.login("test_writer"), db.login("test_ops")
    holder.execute("begin")
    item(holder, "r1", "crawl")
    rule = "create rule x as on insert to obs.stage_deltas do also nothing"
    with ThreadPoolExecutor(1) as pool:
        try:
            waiting = pool.submit(refused, squatter.execute, rule)
            db.wait_until_blocked(squatter)
            row = checks(watcher)["locks"]
        finally:
            holder.execute("commit")
        assert waiting.result(timeout=10).sqlstate == "42501"
    assert (row.state, row.remedy is not None) == ("red", True)
    pids = [other.conn.info.backend_pid for other in (squatter, holder)]
    assert "process {} (test_writer) that waits for obs.stage_deltas behind {}".format(*pids) in row.detail
    assert shown(db, "locks").state == "green"
