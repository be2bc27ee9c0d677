"""The server dies with its maintenance at any moment: each day is wholly there or gone, the next call finishes."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg.types.json import Jsonb

from support.aged import days_back, nights
from support.cluster import Cluster
from support.db import Db
from support.readers import numbers, views

EACH = 20


def whole_days(db: Db) -> int:
    """Every day is wholly there or wholly gone, and marked so: number of days that are gone."""
    there = {
        day
        for (day,) in db.rows(
            """select to_date(right(inhrelid::regclass::text, 8), 'YYYYMMDD') from pg_inherits
            where inhparent = 'obs.run_event_logs'::regclass"""
        )
    }
    assert {day for (day,) in db.rows("select run_day from obs.event_days where dropped_at is null")} == there
    wrong = db.rows(
        """select r.run_id, r.expired_at, r.raw_gone_at, d.dropped_at, e.n
        from obs.enrichment_runs r
        join obs.event_days d using (run_day)
        left join lateral (
            select count(*) as n from obs.run_event_logs l
            where l.tenant_id = r.tenant_id and l.run_id = r.run_id and l.run_day = r.run_day
        ) e on true
        where case
            when r.raw_gone_at is not null or d.dropped_at is not null
                then e.n <> 0 or r.raw_gone_at is null or r.expired_at is null
            when r.expired_at is null or r.tenant_id = 'long' then e.n <> %s
        end""",
        (EACH,),
    )
    assert wrong == []
    return int(db.one("select count(*) from obs.event_days where dropped_at is not null"))


@pytest.mark.parametrize("kills", [10, pytest.param(100, marks=pytest.mark.soak)])
@pytest.mark.parametrize("command", ["call obs.maintain_by_steps()", "select obs.maintain()"])
def test_every_day_is_whole_after_each_death(
    disposable_server: Callable[..., Cluster], kills: int, command: str
) -> None:
    """Each round one more day is past the windows; runs of `short` leave a day before those of `long`, in batches.

    Moments are drawn from as long as a maintenance takes: longer after each death, anew from each that came through.
    """
    cluster = disposable_server()
    db = Db(cluster.reconnect("obs"))
    today = datetime.now(UTC)
    for tenant in ("long", "short"):
        db.call("create_tenant", tenant_id=tenant)
        nights(db, tenant, days_back(31 + kills, 26), EACH)
    db.call("set_setting", key="retention_days", value=Jsonb(29), tenant_id="short")
    db.call("tick")
    before = views(db), numbers(db)
    draw = random.Random(kills)
    died, gone, longest = 0, 0, 0.2
    for left in reversed(range(kills)):
        victim = Db(cluster.reconnect("obs"))
        victim.set_now((today - timedelta(days=left)).isoformat())
        pid = victim.conn.info.backend_pid
        timer = threading.Timer(draw.uniform(0, longest), os.kill, (pid, signal.SIGKILL))
        timer.start()
        began = time.monotonic()
        try:
            victim.execute(command)
            longest = max(0.03, time.monotonic() - began)
        except psycopg.OperationalError:
            died += 1
            longest *= 1.4
        timer.join()
        victim.close()
        db.close()
        db = Db(cluster.reconnect("obs"))
        still, gone = gone, whole_days(db)
        assert gone >= still, "a day that was gone is back"
    print(f"\n{died} of {kills} deaths met {command} at work; {gone} days were gone before the last call")
    assert died > 0, "no death met maintenance at work"
    assert gone > 0, "no maintenance came as far as its drop"
    for minutes in (10, 20):
        db.set_now((today + timedelta(minutes=minutes)).isoformat())
        db.execute(command)
    assert whole_days(db) == kills + 1
    assert db.rows(
        "select run_id from obs.enrichment_runs where raw_gone_at is null and run_day < current_date - 29"
    ) == [(f"long-{days_back(30, 30)[0]:%m%d}",)]
    after = views(db), numbers(db)
    for old, new in zip(before, after, strict=True):
        for name, rows in old.items():
            assert new[name] == rows, name
    db.close()
