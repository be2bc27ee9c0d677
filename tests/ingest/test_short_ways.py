"""A clean event of an open run, or a clean batch of one, is stored without the door's arrays, and stored alike."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest

from support.db import Db
from support.pipeline import drift, event_id, item, line, log_batch, log_lines, refused, run_row, stage_row, start

TS = "2026-11-05T01:02:03Z"

# What log_event is given; each is stored by the short way.
CLEAN: list[dict[str, Any]] = [
    {"event": "finish", "status": "success", "duration_ms": Decimal("12.6"), "company_id": "c1"},
    {"event": "finish", "status": "success", "extra": {"bucket": "High", "email_status": "valid"}},
    {"event": "finish", "status": "success", "extra": {"tokens_cached": 7, "cache_hit": True}, "cost_usd": Decimal(2)},
    {"event": "error", "status": "error", "error_code": "HTTP_404", "error_msg": "not found", "level": "ERROR"},
    {"event": "finish", "status": "success", "duration_ms": Decimal("2147483647")},
    {"event": "retry", "level": "WARNING", "extra": {"attempt": 2}},
    {"event": "note", "logger": "obs.qa", "company_id": "a company of twenty and more"},
    {"event": "note", "extra": {"bucket": "High", "tokens_cached": 3, "cache_hit": True}},
    {"event": "vendor_call", "status": "success", "vendor": "tavily"},
    {"event": "vendor_call", "status": "error", "vendor": "tavily", "error_code": "HTTP_429"},
    {"event": "vendor_call", "status": "success", "vendor": "none", "model": "m", "tokens_input": 5, "trace_id": "ab"},
    {"event": "vendor_call", "status": "success", "vendor": "tavily", "extra": {"cache_hit": True}},
    {"event": "vendor_call", "status": "success", "vendor": "openai", "model": "gpt-4o", "cost_usd": Decimal("0.01"),
     "tokens_output": 9, "extra": {"tokens_reasoning": "4"}},
]  # fmt: skip

# What is left to the door.
UNCLEAN: list[dict[str, Any]] = [
    {"event": "metric", "stage": None, "extra": {"name": "m", "value": 1}},
    {"event": "stage_start"},
    {"event": "finish", "status": "error"},
    {"event": "finish"},
    {"event": "finish", "status": "success", "company_id": "jane.doe@example.com"},
    {"event": "finish", "status": "success", "company_id": ""},
    {"event": "finish", "status": "success", "company_id": "c" * 200},
    {"event": "finish", "status": "success", "duration_ms": -1},
    {"event": "finish", "status": "success", "duration_ms": Decimal("1e30")},
    {"event": "finish", "status": "success", "cost_usd": Decimal("NaN")},
    {"event": "finish", "status": "success", "ts": "1999-01-01T00:00:00Z"},
    {"event": "finish", "status": "success", "ts": "infinity"},
    {"event": "finish", "status": "success", "extra": {"note": "mail jane.doe@example.com"}},
    {"event": "finish", "status": "success", "extra": {"model": "gpt-4o"}},
    {"event": "finish", "status": "success", "error_msg": "call +49 171 1234567"},
    {"event": "finish", "status": "success", "logger": "my.logger"},
    {"event": "finish", "status": "success", "level": "jane@example.com"},
    {"event": "vendor_call", "status": "success"},
    {"event": None},
]  # fmt: skip


@pytest.fixture
def background() -> Any:
    with ThreadPoolExecutor(4) as pool:
        yield pool


@pytest.fixture
def shut(db: Db) -> Callable[[], None]:
    """Shuts the door: what still comes in came by a short way."""

    def close() -> None:
        db.execute(
            """create or replace function obs._enter(p_events obs.event[], p_allowed text[], out accepted int,
            out duplicate int, out quarantined int, out details jsonb) language plpgsql as $$
            begin raise exception 'the door' using errcode = 'P0001'; end $$"""
        )

    return close


def call(db: Db, event: dict[str, Any], **more: Any) -> str:
    answer: str = db.call("log_event", **{"run_id": "r1", "stage": "crawl", "ts": TS, **event, **more})
    return answer


def rows(db: Db, table: str, tenant: str) -> list[str]:
    own = ["tenant_id", "received_at", "last_received_at", "event_id"]
    query = f"select (to_jsonb(t) - %s::text[])::text from obs.{table} t where tenant_id = %s order by 1"
    return [text for (text,) in db.rows(query, (own, tenant))]


def test_a_clean_event_is_stored_as_the_door_stores_it(db: Db, shut: Callable[[], None]) -> None:
    db.call("set_price", vendor="tavily", unit="call", price_usd=Decimal("0.008"))
    for tenant in ("door", "given", "made"):
        start(db, tenant_id=tenant, started_at="2026-11-05T00:00:00Z")
    db.call("set_price", vendor="tavily", unit="call", price_usd=Decimal("0.004"), tenant_id="given")
    db.call("set_price", vendor="tavily", unit="call", price_usd=Decimal("0.004"), tenant_id="made")
    db.call("set_price", vendor="tavily", unit="call", price_usd=Decimal("0.004"), tenant_id="door")
    for number, event in enumerate(CLEAN):
        default = {"error": "ERROR", "retry": "WARNING"}.get(event["event"], "INFO")
        whole = {**line("r1", tenant_id="door", ts=TS, level=default, event_id=str(event_id(number))), **event}
        if event["event"] != "finish":
            whole["status"] = event.get("status")
        if event["event"] == "vendor_call":
            whole["logger"] = "obs.vendor"
        whole = {key: str(value) if isinstance(value, Decimal) else value for key, value in whole.items()}
        assert log_lines(db, [whole]) == (1, 0, 0)
    shut()
    for number, event in enumerate(CLEAN):
        assert call(db, event, tenant_id="given", event_id=event_id(number)) == "accepted", event
        assert call(db, event, tenant_id="made") == "accepted", event
    for table in ("run_event_logs", "stage_deltas"):
        assert len(rows(db, table, "door")) == len(CLEAN)
        assert rows(db, table, "given") == rows(db, table, "door"), table
        assert rows(db, table, "made") == rows(db, table, "door"), table


def test_whatever_needs_a_closer_look_goes_through_the_door(db: Db, shut: Callable[[], None]) -> None:
    start(db)
    known = event_id(1)
    item(db, "r1", "crawl", event_id=known)
    shut()
    for event in UNCLEAN:
        assert refused(call, db, event).sqlstate == "P0001", event
    assert refused(call, db, CLEAN[0], event_id=known).sqlstate == "P0001", "a duplicate"
    assert refused(call, db, CLEAN[0], run_id="unknown").sqlstate == "P0001"
    assert db.one("select count(*) from obs.run_event_logs") == 1


def test_a_run_that_takes_no_events_takes_none_by_the_short_way(db: Db) -> None:
    for run, day in (("thin", "2026-11-05"), ("old", "2026-03-04")):
        start(db, run, started_at=f"{day}T00:00:00Z")
    db.execute("update obs.enrichment_runs set thinned_at = now() where run_id = 'thin'")
    db.execute("update obs.event_days set dropped_at = now() where run_day = '2026-03-04'")
    db.execute("drop table obs.run_event_logs_20260304")
    for run, answer in (("thin", "quarantined"), ("old", "quarantined"), ("unknown", "quarantined")):
        for more in ({}, {"event_id": event_id(1)}, {"tenant_id": "a"}):
            assert call(db, CLEAN[0], run_id=run, **more) == answer, (run, more)
    assert db.one("select count(*) from obs.stage_deltas") == 0


def test_a_run_id_of_two_tenants_needs_a_tenant(db: Db) -> None:
    for tenant in ("a", "b"):
        start(db, tenant_id=tenant)
    for event in (CLEAN[0], CLEAN[7]):
        assert refused(call, db, event).sqlstate == "OB004"
        assert call(db, event, tenant_id="b") == "accepted"
    assert db.rows("select distinct tenant_id from obs.run_event_logs") == [("b",)]
    db.execute("set obs.tenant_id = 'a'")
    assert call(db, CLEAN[0]) == "accepted"
    assert call(db, CLEAN[0], tenant_id="b") == "quarantined"


def test_who_may_not_write_the_run_gets_the_answer_of_an_unknown_one(db: Db) -> None:
    for tenant in ("a", "b"):
        start(db, f"run-{tenant}", tenant_id=tenant)
    db.call("grant_access", role="test_writer_a", tenant_id="a")
    bound = db.login("test_writer_a")
    for role in ("none", "obs_writer"):
        bound.execute(f"set role {role}")
        assert call(bound, CLEAN[0], run_id="run-a") == "accepted"
        assert call(bound, CLEAN[0], run_id="run-b") == "quarantined"
        assert call(bound, CLEAN[0], run_id="run-b", tenant_id="b") == "quarantined"
    trusted = db.login("test_writer")
    assert call(trusted, CLEAN[0], run_id="run-b") == "accepted"
    db.execute("select obs.set_setting('strict_writers', 'true')")
    assert call(trusted, CLEAN[0], run_id="run-b") == "quarantined"
    assert call(bound, CLEAN[0], run_id="run-a") == "accepted"
    db.call("revoke_access", role="test_writer_a", tenant_id="a")
    assert call(bound, CLEAN[0], run_id="run-a") == "quarantined"


def test_the_clock_of_an_administrator_counts(db: Db, shut: Callable[[], None]) -> None:
    start(db, started_at="2026-11-05T00:00:00Z")
    writer = db.login("test_writer")
    writer.execute("set obs.now = '2026-11-05T05:00:00Z'")
    assert refused(call, writer, CLEAN[0], ts=None).sqlstate == "42501"
    shut()
    db.set_now("2026-11-05T05:00:00Z")
    assert call(db, CLEAN[0], ts=None) == "accepted"
    assert db.one("select ts = '2026-11-05T05:00:00Z' from obs.run_event_logs") is True
    db.set_now("1999-01-01T00:00:00Z")
    assert refused(call, db, CLEAN[0], ts=None).sqlstate == "P0001", "an absurd one goes through the door"


def test_the_same_event_sent_twice_at_once_counts_once(db: Db, background: Any) -> None:
    start(db)
    watcher, other = db.login(), db.login()
    for ends in ("commit", "rollback"):
        with db.conn.transaction(force_rollback=ends == "rollback"):
            assert call(db, CLEAN[0], event_id=event_id(1 if ends == "commit" else 2)) == "accepted"
            waiting = background.submit(call, other, CLEAN[0], event_id=event_id(1 if ends == "commit" else 2))
            watcher.wait_until_blocked(other)
        assert waiting.result(timeout=10) == ("duplicate" if ends == "commit" else "accepted")
    db.call("tick")
    assert stage_row(db, "r1", "crawl").count_total == 2
    assert drift(db, "r1") == []


def test_an_event_that_meets_a_discard_is_of_an_unknown_run(db: Db, background: Any) -> None:
    start(db)
    watcher, other = db.login(), db.login()
    assert call(other, CLEAN[0]) == "accepted", "the statement is planned by now"
    for more in ({}, {"event_id": event_id(1)}):
        with db.conn.transaction():
            db.call("discard_run", run_id="r1")
            waiting = background.submit(call, other, CLEAN[0], **more)
            watcher.wait_until_blocked(other)
        assert waiting.result(timeout=10) == "quarantined"
        assert db.one("select count(*) from obs.run_event_logs") + db.one("select count(*) from obs.stage_deltas") == 0
        start(db)
        db.execute("delete from obs.run_event_logs")
        db.execute("delete from obs.stage_deltas")


def clean_lines(numbers: range) -> list[dict[str, Any]]:
    return [line("r1", ts=TS, level="INFO", duration_ms=n % 90, event_id=event_id(n)) for n in numbers]


def test_a_clean_batch_is_stored_once_whatever_of_it_came_before(db: Db, shut: Callable[[], None]) -> None:
    start(db)
    shut()
    ends = line("r1", "run_finish", stage=None, ts=TS, level="INFO", event_id=event_id(5000))
    assert log_batch(db, clean_lines(range(100))) == (100, 0, 0)
    assert log_batch(db, clean_lines(range(100))) == (0, 100, 0)
    assert log_batch(db, clean_lines(range(50, 150))) == (50, 50, 0)
    twice = clean_lines(range(200, 210)) + clean_lines(range(209, 212))
    assert log_batch(db, twice) == (12, 1, 0), "one id twice in a batch"
    assert log_batch(db, [*clean_lines(range(300, 310)), ends]) == (11, 0, 0)
    assert run_row(db, "r1").status == "success"
    revision = run_row(db, "r1").revision
    assert log_batch(db, [*clean_lines(range(300, 310)), ends]) == (0, 11, 0)
    db.call("tick")
    assert (stage_row(db, "r1", "crawl").count_total, run_row(db, "r1").revision) == (172, revision)
    assert drift(db, "r1") == []


def test_two_senders_of_the_same_clean_batch_store_it_once(db: Db, shut: Callable[[], None], background: Any) -> None:
    start(db)
    shut()
    watcher, other = db.login(), db.login()
    for number, ends in enumerate(("commit", "rollback")):
        lines = clean_lines(range(1000 * number, 1000 * number + 500))
        with db.conn.transaction(force_rollback=ends == "rollback"):
            assert log_batch(db, lines[200:]) == (300, 0, 0)
            waiting = background.submit(log_batch, other, lines)
            watcher.wait_until_blocked(other)
        assert waiting.result(timeout=10) == ((200, 300, 0) if ends == "commit" else (500, 0, 0))
    db.call("tick")
    assert stage_row(db, "r1", "crawl").count_total == 1000
    assert drift(db, "r1") == []


def test_overlapping_clean_batches_at_once_do_not_deadlock(db: Db, shut: Callable[[], None], background: Any) -> None:
    start(db)
    shut()
    sessions = [db.login() for _ in range(4)]
    for first in range(0, 9000, 3000):
        parts = [range(first + a, first + b) for a, b in ((0, 2000), (1000, 3000), (0, 3000), (500, 2500))]
        answers = list(background.map(log_batch, sessions, map(clean_lines, parts)))
        assert sum(accepted for accepted, _, _ in answers) == 3000
        assert {quarantined for _, _, quarantined in answers} == {0}
    db.call("tick")
    assert stage_row(db, "r1", "crawl").count_total == 9000
    assert drift(db, "r1") == []
