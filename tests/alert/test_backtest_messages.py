"""The messages that a back-test counts are those that were told, where somebody looked at every moment."""

from __future__ import annotations

import random

import pytest
from psycopg.types.json import Jsonb

from support.db import Db
from support.timelines import Engine

STEPS = (1, 7, 30, 60, 61, 300, 301, 900, 4000)


@pytest.fixture
def engine(db: Db) -> Engine:
    db.execute("delete from obs.notification_routes")
    db.execute("insert into obs.notification_routes (route_name, channel) values ('default', 'mail')")
    db.execute("insert into obs.cluster (identity) values ('test') on conflict do nothing")
    for tenant in "abc":
        db.call("create_tenant", tenant_id=tenant)
    made = Engine(db)
    made.rule("ONE-1", across=False, repeat_s=3600, flap_window_s=600)
    made.rule("ALL-1", across=True, repeat_s=3600, flap_window_s=600)
    return made


def look_until(engine: Engine, second: float) -> None:
    """A look at every moment that something is due, and one at the end."""
    while True:
        due = engine.db.one(
            """select extract(epoch from least(
                (select min(notify_at) from obs.alerts), (select min(due_at) from obs.alert_states)
            ) - timestamptz '2026-03-02 01:00:00+00')"""
        )
        if due is None or float(due) > second:
            break
        engine.at(float(due))
        engine.db.execute("select obs._run_timers(obs.now()), obs.flush_notifications()")
    engine.at(second)
    engine.db.execute("select obs._run_timers(obs.now()), obs.flush_notifications()")


def live_and_counted(engine: Engine, code: str, seed: int) -> tuple[int, int]:
    draw = random.Random(seed)
    second = 0.0
    with engine.db.conn.transaction(force_rollback=True):
        for _ in range(30):
            second += draw.choice(STEPS)
            look_until(engine, second)
            seen = {
                "tenant_id": draw.choice("abc"), "alert_code": code, "subject": "x", "is_simulation": False,
                "observed_at": engine.db.one("select obs.now()::text"),
                "verdict": draw.choice(("breach", "breach", "ok")),
                "value": draw.choice((1, 2)), "severity": draw.choice(("warning", "warning", "page")),
                "run_id": f"night {draw.choice((1, 1, 2))}", "rule_version": 0,
            }  # fmt: skip
            engine.db.execute(
                "select obs._observe(jsonb_populate_record(null::obs.alert_observations, %s))", (Jsonb(seen),)
            )
            engine.db.execute("select obs.flush_notifications()")
        look_until(engine, second + 10)
        live = engine.db.one("select count(*) from obs.notifications")
        counted = engine.db.one("select notifications from obs.backtest_sweep(%s, p_since => '-infinity')", (code,))
    return live, counted


HISTORIES = [12, pytest.param(40, marks=pytest.mark.soak)]


@pytest.mark.parametrize("histories", HISTORIES)
def test_of_a_rule_told_by_tenant_they_are_exact(engine: Engine, histories: int) -> None:
    for seed in range(histories):
        live, counted = live_and_counted(engine, "ONE-1", seed)
        assert counted == live, f"seed {seed}"


@pytest.mark.parametrize("histories", HISTORIES)
def test_across_tenants_they_are_close(engine: Engine, histories: int) -> None:
    """Alerts that joined late and ended before they were told, and repeats that were put off, are not followed."""
    pairs = [live_and_counted(engine, "ALL-1", seed) for seed in range(histories)]
    told, counted = (sum(pair[place] for pair in pairs) for place in (0, 1))
    assert told > 12 * histories
    assert abs(counted - told) <= 0.05 * told
    assert all(abs(counted - live) <= 4 for live, counted in pairs), pairs
