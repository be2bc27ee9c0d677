"""Processes that fork, end and die: every line that was written arrives, once."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from obs_client import Client


def test_the_interpreters_end_sends_what_is_left(
    db: Any, writer_dsn: str, child: Callable[..., subprocess.Popen[str]], seqs: Callable[[], list[int]]
) -> None:
    process = child(
        "run = obs.attach('a', 'r1')\nrun.log('run_start', 'running')\nfor _ in range(500): run.log('note')", writer_dsn
    )
    assert process.wait(30) == 0
    assert seqs() == list(range(1, 502))


def test_an_exit_without_a_database_is_quick_and_keeps_the_lines(
    child: Callable[..., subprocess.Popen[str]], lines: Callable[[], list[dict[str, Any]]]
) -> None:
    began = time.monotonic()
    process = child(
        "with obs.run('a') as run: run.log('note')", "host=127.0.0.1 port=1", exit_timeout=60, run_timeout=60
    )
    assert process.wait(30) == 0
    assert time.monotonic() - began < 20
    assert [line["event"] for line in lines()] == ["run_start", "note", "run_finish"]


def test_a_process_killed_at_any_moment_loses_no_written_line(
    db: Any,
    writer_dsn: str,
    child: Callable[..., subprocess.Popen[str]],
    make_client: Callable[..., Client],
    lines: Callable[[], list[dict[str, Any]]],
    wait_until: Callable[..., None],
    spool_dir: Path,
) -> None:
    program = """
        run = obs.attach("a", f"r{os.getpid()}")
        run.log("run_start", "running")
        number = 0
        while True:
            run.log("note", number=number, text="x" * 200)
            number += 1
            if number % 50 == 0:
                time.sleep(0.001)
    """
    for moment in random.Random(7).sample(range(400), 5):
        known = len(list(spool_dir.glob("*.log")))
        process = child(program, writer_dsn, batch_events=500)
        wait_until(lambda known=known: len(list(spool_dir.glob("*.log"))) > known)
        time.sleep(moment / 1_000)
        process.kill()
        process.wait()
    wait_until(lambda: db.row("select count(*) = 1 from pg_stat_activity where datname = current_database()")[0])
    before = db.row("select count(*) from obs.run_event_logs")[0]
    result = make_client(dsn=writer_dsn).replay()
    assert result.accepted == db.row("select count(*) from obs.run_event_logs")[0] - before
    written = {(line["producer"], line["seq"]) for line in lines()}
    stored = [(row.producer, row.seq) for row in db.rows("select producer, seq from obs.run_event_logs")]
    assert len(stored) == len(set(stored))
    assert set(stored) == written
    assert make_client(dsn=writer_dsn).replay().lines == 0


FORK = """
    run = obs.attach("a", "r1")
    run.log("run_start", "running")
    obs.flush()
    run.log("of the parent")
    children = []
    for number in range(3):
        pid = os.fork()
        if pid == 0:
            run.log("of the child", number=number)
            if number == 0:
                sys.exit()
            obs.close()
            os._exit(0)
        children.append(pid)
    for pid in children:
        assert os.waitpid(pid, 0)[1] == 0
    run.log("of the parent")
"""


def test_a_fork_shares_neither_events_nor_connection(
    db: Any, writer_dsn: str, child: Callable[..., subprocess.Popen[str]]
) -> None:
    assert child(FORK, writer_dsn).wait(30) == 0
    found = db.rows(
        "select event, count(*) as n, count(distinct producer) as p from obs.run_event_logs group by 1 order by 1"
    )
    assert found == [("of the child", 3, 3), ("of the parent", 2, 1), ("run_start", 1, 1)]


POOL = """
    import multiprocessing

    def work(number):
        with obs.attach("a", "r1") as run, run.stage("crawl") as stage, stage.item(number):
            return number

    def configured():
        obs.configure(**SETTINGS)

    if __name__ == "__main__":
        context = multiprocessing.get_context(METHOD)
        with obs.run("a", run_id="r1") as run:
            obs.flush()
            with context.Pool(2, initializer=configured if METHOD == "spawn" else None) as pool:
                pool.map(work, range(100), chunksize=5)
                if POLITE:
                    pool.close()
                    pool.join()
        print(obs.replay())
"""


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.parametrize("polite", [True, False], ids=["closed", "terminated"])
def test_workers_of_a_pool_lose_nothing(
    db: Any, writer_dsn: str, child: Callable[..., subprocess.Popen[str]], method: str, polite: bool
) -> None:
    process = child(f"    METHOD, POLITE = {method!r}, {polite!r}\n{POOL}", writer_dsn)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output
    stored = [row.company_id for row in db.rows("select company_id from obs.run_event_logs where event = 'finish'")]
    assert sorted(map(int, stored)) == list(range(100))


def test_a_worker_that_logs_at_exit_still_logs(
    db: Any, writer_dsn: str, child: Callable[..., subprocess.Popen[str]], seqs: Callable[[], list[int]]
) -> None:
    program = "import atexit\nrun = obs.attach('a', 'r1')\natexit.register(run.log, 'run_start', 'running')"
    process = child(program, writer_dsn)
    assert process.wait(30) == 0
    assert seqs() == [1]
