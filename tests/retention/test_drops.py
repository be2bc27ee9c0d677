"""Days are dropped while four writers run: nobody is refused, nothing is lost, a kill at any moment harms nothing."""

from __future__ import annotations

import contextlib
import gc
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from support.aged import audited, days_back, kept, nights, partitions
from support.db import Db
from support.outbox import wait_until
from support.pipeline import drift, item, line, log_batch, start

WRITERS = 4


def queued_ms(pid: int) -> float:
    """How long the kernel has kept this process waiting for a processor until now; 0 where it does not say."""
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e6
    return 0.0


class Traffic:
    """Four writers, two of single events and two of batches, until the block ends; each call is timed.

    `processor_ms` is the part of each call in which the server's process had nothing to wait for but a processor. The
    collection of garbage is off: it would stop all four at once, for longer than any lock.
    """

    def __init__(self, db: Db) -> None:
        self.db = db
        self.waits_ms: list[float] = []
        self.processor_ms: list[float] = []
        self.sent = 0
        self._done = threading.Event()
        start(db, "tonight")

    def _write(self, number: int) -> int:
        session = self.db.login("test_writer")
        pid = session.one("select pg_backend_pid()")
        sent = 0
        while not self._done.is_set():
            queued, began = queued_ms(pid), time.perf_counter()
            if number % 2:
                assert item(session, "tonight", "crawl", duration_ms=sent % 500) == "accepted"
                sent += 1
            else:
                assert log_batch(session, [line("tonight") for _ in range(20)]) == (20, 0, 0)
                sent += 20
            self.waits_ms.append((time.perf_counter() - began) * 1000)
            self.processor_ms.append(queued_ms(pid) - queued)
        return sent

    def __enter__(self) -> Traffic:
        gc.freeze()
        gc.disable()
        self._pool = ThreadPoolExecutor(WRITERS)
        self._jobs = [self._pool.submit(self._write, number) for number in range(WRITERS)]
        wait_until(lambda: len(self.waits_ms) > 20, 30)
        return self

    def __exit__(self, *_: object) -> None:
        gc.enable()
        gc.unfreeze()
        self._done.set()
        self.sent = sum(job.result(timeout=30) for job in self._jobs)
        self._pool.shutdown()


def drop_under_writers(db: Db, events_a_day: int, seen: list[date] | None = None) -> float:
    """Forty days of which ten are due are brought in order beside four writers; the longest wait of a writer in ms.

    `seen` are days that an earlier maintenance has audited: the audit is the longest part of it.
    """
    db.call("create_tenant", tenant_id="old")
    nights(db, "old", days_back(40, 1), events_a_day)
    db.execute(
        """update obs.enrichment_runs set finished_at = ended_at, last_event_at = ended_at
        where run_day > current_date - 4"""
    )
    db.execute("vacuum analyze")
    due = files(db, days_back(40, 31))
    stored = kept(db)
    audited(db, seen or [])
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
    freed = sum(due.values())
    assert freed > 100 * 10 * events_a_day
    assert left_of(db, list(due)) == 0, "bytes of the ten days, back with the file system"
    assert drift(db, "tonight") == []
    place = traffic.waits_ms.index(max(traffic.waits_ms))
    done = db.one("select last_result from obs.jobs where job = 'maintain'")
    print(
        f"\n{40 * events_a_day} events over 40 days, 10 dropped: {freed / 1e6:.1f} MB freed, "
        f"{done['events_compacted']} looked at for compaction, {done['events_audited']} audited, "
        f"{len(traffic.waits_ms)} calls of {WRITERS} writers, the longest {traffic.waits_ms[place]:.1f} ms, "
        f"of it {traffic.processor_ms[place]:.1f} ms for a processor"
    )
    return max(traffic.waits_ms)


def files(db: Db, days: list[date]) -> dict[str, int]:
    """The first files of the days' tables and indexes, with the bytes of each relation."""
    return dict(
        db.rows(
            """select pg_relation_filepath(c.oid), pg_relation_size(c.oid)
            from unnest(%s::text[]) as t (name)
            join pg_class parent on parent.oid = t.name::regclass
            join pg_class c on c.oid in (
                select parent.oid union all select i.indexrelid from pg_index i where i.indrelid = parent.oid
            )""",
            ([f"obs.run_event_logs_{day:%Y%m%d}" for day in days],),
        )
    )


def left_of(db: Db, paths: list[str]) -> int:
    """Bytes that the file system still holds of these; an emptied file stays until the next checkpoint."""
    return db.one(
        "select coalesce(sum((pg_stat_file(p, missing_ok => true)).size), 0)::int8 from unnest(%s::text[]) p", (paths,)
    )


def sorted_by_day(stored: dict[str, int]) -> list[tuple[str, int]]:
    order = {f"old-{day:%m%d}": place for place, day in enumerate(days_back(40, 1))}
    return sorted(stored.items(), key=lambda pair: order[pair[0]])


def test_due_days_are_dropped_beside_four_writers(db: Db) -> None:
    drop_under_writers(db, 5000, seen=days_back(30, 6))
    assert db.one("select last_result ->> 'events_audited' from obs.jobs where job = 'maintain'") == "20000"


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
