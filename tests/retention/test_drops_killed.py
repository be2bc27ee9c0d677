"""Maintenance killed at a random moment: what it left is whole, and the next one finishes it."""

from __future__ import annotations

import random
import threading
import time

import psycopg
import pytest

from support.aged import days_back, kept, nights, partitions
from support.db import Db

WRITERS = 4


def killed_at_random(db: Db, kills: int) -> None:
    """A maintenance with work to do is killed at a random moment; what it left is whole, the next one finishes it."""
    rng = random.Random(7)
    for tenant in ("old", "short"):
        db.call("create_tenant", tenant_id=tenant)
    db.execute("select obs.set_setting('retention_days', '14', 'short')")
    nights(db, "old", days_back(25, 20), 1)
    killer = db.login()
    hit, rounds, length_s = 0, 0, 0.1
    while hit < kills:
        rounds += 1
        assert rounds < 10 * kills, f"only {hit} of {rounds} kills met their maintenance at work"
        oldest = 40 + 2 * rounds
        nights(db, "old", days_back(oldest, oldest - 1), 300)
        nights(db, "short", [*days_back(oldest, oldest - 1), *days_back(25, 20)], 300, prefix=f"{rounds}-")
        db.execute(
            "update obs.enrichment_runs set expired_at = expired_at - interval '1 hour' where raw_gone_at is null"
        )
        victim = db.login("obs_cron")
        stop = threading.Timer(
            rng.random() * length_s,
            killer.execute,
            ("select pg_terminate_backend(%s)", (victim.conn.info.backend_pid,)),
        )
        began = time.perf_counter()
        stop.start()
        try:
            victim.execute("call obs.maintain_by_steps()")
            length_s = time.perf_counter() - began
        except psycopg.OperationalError:
            hit += 1
        stop.join()
        victim.close()
        consistent(db)
    for _ in range(2):
        db.execute(
            "update obs.enrichment_runs set expired_at = expired_at - interval '1 hour' where raw_gone_at is null"
        )
        db.login("obs_cron").execute("call obs.maintain_by_steps()")
    consistent(db)
    assert set(kept(db)) == {f"old-{day:%m%d}" for day in days_back(25, 20)}
    assert db.one("select count(*) from obs._days_to_drop()") == 0
    assert db.one("select sum(events_seen) from obs.run_stage_stats") == 6 + rounds * 300 * 10
    print(f"\n{hit} of {rounds} maintenances killed at work, of about {length_s * 1000:.0f} ms each")


def consistent(db: Db) -> None:
    """Each day is wholly there or gone and marked; a run's events are all there until it has expired."""
    marked = {
        f"obs.run_event_logs_{day:%Y%m%d}"
        for (day,) in db.rows("select run_day from obs.event_days where dropped_at is not null")
    }
    attached = partitions(db)
    assert not marked & attached
    open_days = {
        f"obs.run_event_logs_{day:%Y%m%d}"
        for (day,) in db.rows("select run_day from obs.event_days where dropped_at is null")
    }
    assert open_days == attached
    wrong = """select r.run_id, r.expired_at, r.raw_gone_at, s.events_seen, count(e.event_id)
        from obs.enrichment_runs r
        join obs.run_stage_stats s using (tenant_id, run_id)
        left join obs.run_event_logs e using (tenant_id, run_id, run_day)
        group by 1, 2, 3, 4
        having r.expired_at is null and count(e.event_id) <> s.events_seen
            or r.raw_gone_at is not null and count(e.event_id) > 0"""
    assert db.rows(wrong) == []


def test_maintenance_killed_at_ten_moments_is_finished_by_the_next(db: Db) -> None:
    killed_at_random(db, 10)


@pytest.mark.soak
def test_maintenance_killed_at_a_hundred_moments_is_finished_by_the_next(db: Db) -> None:
    killed_at_random(db, 100)
