"""One event at a time, as JSON or by COPY: what is stored, refused and counted is the same."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from support.db import Db
from support.pipeline import event_id, line, log_batch, log_lines, start

WAYS = ("event", "json", "copy")
MOMENTS = ["2026-11-05T01:02:03Z", "2026-11-05T23:59:59.999999+00:00", "1999-01-01T00:00:00Z", "2999-01-01T00:00:00Z"]


EXTRAS: list[Any] = [
    None, {"attempt": 2}, {"bucket": "High"}, {"note": "free text of jane.doe@example.com"}, {"cache_hit": True},
    {"name": "m", "value": 3}, {"big": "y" * 20000}, [1, 2], {"password": "x"}, {"model": "gpt-4o"},
]  # fmt: skip


def odd_events(seed: int) -> list[dict[str, Any]]:
    """Events whose every field is of its type, but may hold what needs mending; as COPY could carry them."""
    rng = random.Random(seed)

    def one(number: int) -> dict[str, Any]:
        event = rng.choice(["finish"] * 5 + ["error", "retry", "vendor_call", "vendor_call", "note", "metric", ""])
        made = line(
            rng.choice(["r1"] * 8 + ["r2", "waiting", "old", "thin"]),
            event,
            stage=rng.choice(["crawl", "crawl", "score", None, "", "a\nb", "s" * 200]),
            ts=rng.choice(MOMENTS[:2] * 4 + MOMENTS[2:]),
            company_id=rng.choice([None, "c1", "jane.doe@example.com", "x" * 300]),
            duration_ms=rng.choice([None, 5, 5000, -3, 2**40]),
            cost_usd=rng.choice([None, None, "0.01", "-1", "1e12", "1e-7"]),
            tokens_input=rng.choice([None, 10, -1, 10**15]),
            error_code=rng.choice([None, None, "DNS", "e" * 200]),
            error_msg=rng.choice([None, None, "call jane.doe@example.com", "m" * 20000]),
            vendor=rng.choice([None, "tavily", "openai"]) if event == "vendor_call" else None,
            status=rng.choice(["success", "error"]) if event == "vendor_call" else None,
            trace_id=rng.choice([None, "t-1"]),
            level="INFO",
            extra=rng.choice(EXTRAS),
            event_id=str(event_id(number)),
        )  # fmt: skip
        if rng.random() < 0.1:
            made["logger"] = rng.choice(["obs.vendor", "my.logger"])
        return made

    return [one(number) for number in range(400)]


@pytest.fixture
def prepared(db: Db) -> Db:
    """The same small world for three tenants, one for each way in."""
    db.call("set_price", vendor="tavily", unit="call", price_usd=Decimal("0.008"))
    for tenant in WAYS:
        for run in ("r1", "r2", "thin"):
            start(db, run, tenant_id=tenant, started_at="2026-11-05T00:00:00Z")
        start(db, "old", tenant_id=tenant, started_at="2026-03-04T00:00:00Z")
        db.execute("insert into obs.tenant_peppers select %s, 2, 'the same', now(), null", (tenant,))
    db.execute("update obs.enrichment_runs set thinned_at = now() where run_id = 'thin'")
    db.execute("update obs.event_days set dropped_at = now() where run_day = '2026-03-04'")
    db.execute("drop table obs.run_event_logs_20260304")
    return db


def send(db: Db, way: str, lines: list[dict[str, Any]]) -> tuple[int, int, int]:
    lines = [{**one, "tenant_id": way} for one in lines]
    if way == "json":
        return log_lines(db, lines)
    if way == "copy":
        return log_batch(db, lines)
    answers = []
    for one in lines:
        arguments = {name: value for name, value in one.items() if name not in ("producer", "seq")}
        arguments = {"stage": None, **arguments}
        for name in ("cost_usd", "duration_ms"):
            if arguments.get(name) is not None:
                arguments[name] = Decimal(arguments[name])
        if isinstance(arguments.get("extra"), list):
            arguments["extra"] = Jsonb(arguments["extra"])
        answers.append(db.call("log_event", **arguments))
    return tuple(answers.count(answer) for answer in ("accepted", "duplicate", "quarantined"))  # type: ignore[return-value]


TABLES = [
    "run_event_logs", "quarantined_events", "enrichment_runs", "run_stage_stats", "run_vendor_usage", "run_model_usage",
    "run_error_codes", "run_metrics", "latency_buckets",
]  # fmt: skip
OWN = [
    "tenant_id", "started_at", "received_at", "created_at", "updated_at", "finished_at", "last_event_at",
    "last_event_ts", "thinned_at", "payload",
]  # fmt: skip


def stored(db: Db, tenant: str) -> dict[str, list[str]]:
    """Everything of the tenant but its name and the moments at which it came; a ts of today is the server's own."""
    found = {}
    for table in TABLES:
        query = f"""
            select (to_jsonb(t) - %s::text[] || case when (to_jsonb(t) ->> 'ts')::timestamptz > now() - interval '1 day'
                then '{{"ts": "now"}}' else '{{}}' end::jsonb)::text
            from obs.{table} t where tenant_id = %s order by 1"""
        found[table] = [text for (text,) in db.rows(query, (OWN, tenant))]
    return found


@pytest.mark.parametrize("seed", [11, 12])
def test_the_same_events_are_stored_alike_by_every_way(prepared: Db, seed: int) -> None:
    lines = odd_events(seed)
    answers = {way: send(prepared, way, lines) for way in WAYS}
    assert len(set(answers.values())) == 1, answers
    assert min(answers["json"]) >= 0
    assert answers["json"][2] > 20, "some have no home"
    prepared.call("tick")
    worlds = {way: stored(prepared, way) for way in WAYS}
    for table in TABLES:
        assert worlds["json"][table] == worlds["event"][table], table
        assert worlds["json"][table] == worlds["copy"][table], table
    assert {way: send(prepared, way, lines)[0] for way in WAYS} == dict.fromkeys(WAYS, 0)
