"""Days are dropped while four writers run: nobody is refused, nothing is lost, a kill at any moment harms nothing."""

from __future__ import annotations

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from support.aged import days_back, kept, nights, partitions
from support.db import Db
from support.outbox import wait_until
from support.pipeline import drift, item, line, log_batch, start

WRITERS = 4


class Traffic:
    """Four writers, two of single events and two of batches, until the block ends; each call is timed."""

    def __init__(self, db: Db) -> None:
        self.db = db
        self.waits_ms: list[float] = []
        self.sent = 0
        self._done = threading.Event()
        start(db, "tonight")

    def _write(self, number: int) -> int:
        session = self.db.login("test_writer")
        sent = 0
        while not self._done.is_set():
            began = time.perf_counter()
            if number % 2:
                assert item(session, "tonight", "crawl", duration_ms=sent % 500) == "accepted"
                sent += 1
            else:
                assert log_batch(session, [line("tonight") for _ in range(20)]) == (20, 0, 0)
                sent += 20
            self.waits_ms.append((time.perf_counter() - began) * 1000)
        return sent

    def __enter__(self) -> Traffic:
        self._pool = ThreadPoolExecutor(WRITERS)
        self._jobs = [self._pool.submit(self._write, number) for number in range(WRITERS)]
        wait_until(lambda: len(self.waits_ms) > 20, 30)
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self.sent = sum(job.result(timeout=30) for job in self._jobs)
        self._pool.shutdown()


def drop_under_writers(db: Db, events_a_day: int) -> float:
    """Forty days of which ten are due are brought in order beside four writers; the longest wait of a writer in ms."""
    db.call("create_tenant", tenant_id="old")
    nights(db, "old", days_back(40, 1), events_a_day)
    db.execute("vacuum analyze")
    size = size_without_tonight(db)
    stored = kept(db)
    with Traffic(db) as traffic:
        db.login("obs_cron").execute("call obs.maintain_by_steps()")
        before = len(traffic.waits_ms)
        wait_until(lambda: len(traffic.waits_ms) > before + 20, 30)
    db.call("tick")
    assert len(kept(db)) == 31
    assert {run: n for run, n in kept(db).items() if run != "tonight"} == dict(list(sorted_by_day(stored))[10:])
    assert kept(db)["tonight"] == traffic.sent > 100
    assert not partitions(db) & {f"obs.run_event_logs_{day:%Y%m%d}" for day in days_back(40, 31)}
    assert db.one("select last_result ->> 'days_dropped' from obs.jobs where job = 'maintain'") == "10"
    assert db.one("select last_result ->> 'events_deleted' from obs.jobs where job = 'maintain'") == "0"
    freed = size - size_without_tonight(db)
    assert freed > 100 * 10 * events_a_day, "bytes of the ten days, back with the file system"
    assert drift(db, "tonight") == []
    print(
        f"\n{40 * events_a_day} events over 40 days, 10 dropped: {freed / 1e6:.1f} MB freed, "
        f"{len(traffic.waits_ms)} calls of {WRITERS} writers, the longest {max(traffic.waits_ms):.1f} ms"
    )
    return max(traffic.waits_ms)


def size_without_tonight(db: Db) -> int:
    """Bytes of the database but for the day that the writers fill."""
    return db.one(
        f"""select pg_database_size(current_database())
            - coalesce(pg_total_relation_size(to_regclass('obs.run_event_logs_{days_back(0, 0)[0]:%Y%m%d}')), 0)"""
    )


def sorted_by_day(stored: dict[str, int]) -> list[tuple[str, int]]:
    order = {f"old-{day:%m%d}": place for place, day in enumerate(days_back(40, 1))}
    return sorted(stored.items(), key=lambda pair: order[pair[0]])


def test_due_days_are_dropped_beside_four_writers(db: Db) -> None:
    drop_under_writers(db, 5000)


@pytest.mark.soak
def test_ten_million_events_are_dropped_beside_four_writers(db: Db) -> None:
    assert drop_under_writers(db, 250_000) <= 100


def test_a_long_reader_delays_a_drop_and_never_an_insert(db: Db) -> None:
    db.call("create_tenant", tenant_id="old")
    nights(db, "old", days_back(33, 29), 50)
    reader = db.login()
    reader.execute("begin")
    assert reader.one("select count(*) from obs.run_event_logs") == 250
    with Traffic(db) as traffic:
        for _ in range(2):
            db.login("obs_cron").execute("call obs.maintain_by_steps()")
    assert traffic.sent > 100
    assert max(traffic.waits_ms) < 1000, "a drop that meets a reader lets the writers behind it go at once"
    assert db.one("select count(*) from obs.event_days where dropped_at is not null") == 0
    assert reader.one("select count(*) from obs.run_event_logs where tenant_id = 'old'") == 250
    reader.execute("commit")
    db.call("maintain")
    assert db.one("select count(*) from obs.event_days where dropped_at is not null") == 3
    assert len(kept(db)) == 3
    print(f"\nbeside a reader that never ends: the longest wait of a writer {max(traffic.waits_ms):.1f} ms")


def test_a_run_that_came_in_before_the_locks_keeps_its_day(db: Db) -> None:
    """As a session would that opens a run of the day between the look at its runs and the lock on the doors."""
    db.call("create_tenant", tenant_id="old")
    nights(db, "old", days_back(36, 36), 5)
    db.execute(
        """create function late_run() returns trigger language plpgsql as $$
        begin
            insert into obs.enrichment_runs (tenant_id, run_id, started_at, run_day)
            values ('old', 'late', old.run_day, old.run_day) on conflict do nothing;
            return new;
        end $$;
        create trigger late_run before update of dropped_at on obs.event_days
        for each row execute function late_run()"""
    )
    assert db.call("maintain")["days_dropped"] == 0
    assert sum(kept(db).values()) == 5
    db.execute("drop trigger late_run on obs.event_days")
    assert db.call("maintain")["days_dropped"] == 1


def test_a_row_that_somebody_holds_keeps_its_day_and_no_writer_waits_for_it(db: Db) -> None:
    db.call("create_tenant", tenant_id="old")
    (run,) = nights(db, "old", days_back(36, 36), 5)
    db.call("maintain_step", step="runs_expired")
    holder, dropper, writer = db.login(), db.login("obs_cron"), db.login("test_writer")
    holder.execute("begin")
    holder.execute("select from obs.enrichment_runs where run_id = %s for update", (run,))
    began = time.perf_counter()
    dropper.execute("begin")
    assert dropper.call("maintain_step", step="days_dropped") == 0
    assert time.perf_counter() - began < 3
    writer.execute("set lock_timeout = '1ms'")
    start(writer, "tonight")
    assert item(writer, "tonight", "crawl") == "accepted"
    dropper.execute("commit")
    holder.execute("commit")
    assert db.call("maintain")["days_dropped"] == 1


def test_one_day_that_is_read_does_not_keep_the_others(db: Db) -> None:
    db.call("create_tenant", tenant_id="old")
    days = days_back(36, 32)
    nights(db, "old", days, 5)
    reader = db.login()
    reader.execute("begin")
    assert reader.one(f"select count(*) from obs.run_event_logs_{days[1]:%Y%m%d}") == 5
    for _ in range(5):
        db.call("maintain")
    left = db.rows("select run_day from obs.event_days where dropped_at is null and run_day < current_date - 30")
    assert left == [(days[1],)]
    reader.execute("commit")
    db.call("maintain")
    assert kept(db) == {}


@pytest.mark.parametrize("who", ["test_writer", "test_reader_a"])
@pytest.mark.parametrize(
    "deed",
    [
        "create temp view mine as select * from obs.{day}",
        "create function pg_temp.mine(p_row obs.{day}) returns int language sql return 1",
        "create temp table mine (its_row obs.{day})",
    ],
)
def test_what_somebody_hangs_on_a_day_keeps_no_event(db: Db, tenants: tuple[str, str], who: str, deed: str) -> None:
    days = days_back(36, 35)
    nights(db, "a", days, 5)
    session = db.login(who)
    session.execute(deed.format(day=f"run_event_logs_{days[0]:%Y%m%d}"))
    db.login("obs_cron").execute("call obs.maintain_by_steps()")
    assert db.one("select last_success_at is not null from obs.jobs where job = 'maintain'")
    assert kept(db) == {}
    assert db.one("select count(*) from obs.event_days where dropped_at is not null") == 2
    assert db.call("maintain")["days_dropped"] == 0


def test_a_day_whose_partition_is_gone_keeps_nobody(db: Db) -> None:
    db.call("create_tenant", tenant_id="old")
    days = days_back(36, 35)
    nights(db, "old", days, 5)
    db.execute(f"drop table obs.run_event_logs_{days[0]:%Y%m%d}")
    assert db.call("maintain")["days_dropped"] == 2
    assert kept(db) == {}


def test_two_maintenances_at_once_do_not_hinder_each_other(db: Db) -> None:
    db.call("create_tenant", tenant_id="old")
    nights(db, "old", days_back(40, 25), 20)

    def run(_: int) -> None:
        db.login("obs_cron").execute("call obs.maintain_by_steps()")

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(run, range(3)))
    db.call("maintain")
    assert len(kept(db)) == 6
    assert db.one("select count(*) from obs.event_days where dropped_at is not null") == 10


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
