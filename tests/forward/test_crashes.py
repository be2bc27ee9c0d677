"""Forwarders killed at random moments, a server that goes: nothing is lost, and what comes twice has one key."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.cluster import Cluster
from support.db import Db
from support.outbox import put, states, wait_until
from support.receivers import Answer, Receiver, Request

WORKSHOP = Path(__file__).parent / "workshop.py"


class Workshop:
    def __init__(self, dsn: str, url: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(WORKSHOP), dsn, url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._started: set[int] = set()

    def start(self) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("start\n")
        self._process.stdin.flush()
        pid = int(self._process.stdout.readline())
        self._started.add(pid)
        return pid

    def kill(self, pid: int) -> None:
        self._started.discard(pid)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def close(self) -> None:
        for pid in list(self._started):
            self.kill(pid)
        self._process.communicate()


class Slow(Receiver):
    """Answers after a random moment, so that kills fall before, during and after."""

    def answer(self, request: Request) -> Answer:
        return Answer(delay=random.random() * 0.02)


@pytest.fixture
def slow_hook() -> Iterator[Receiver]:
    made = Slow()
    yield made
    made.close()


@pytest.fixture
def workshop(db: Db, slow_hook: Receiver) -> Iterator[Workshop]:
    made = Workshop(db.dsn_for("test_forwarder"), f"{slow_hook.url}/hook")
    yield made
    made.close()


VICTIMS = ("forwarder", "connection", "server")
SHARES = (6, 3, 1)  # a server takes a second to come back


def cut_a_connection(admin: Db) -> None:
    """Ends one connection of the forwarder, whichever: a worker's, the listener's, the one that beats."""
    admin.execute(
        """select pg_terminate_backend(pid) from pg_stat_activity
        where usename = 'test_forwarder' order by random() limit 1"""
    )


def kill_and_kill_again(
    make: Callable[..., Cluster], hook: Receiver, kills: int, seed: int
) -> tuple[Counter[str], int]:
    """Forwarder, connection or server, at random moments: what was killed how often, and how many came twice."""
    draw = random.Random(seed)
    victims = draw.choices(VICTIMS, SHARES, k=kills)
    count = 8 * kills
    cluster = make(synchronous_commit="on", full_page_writes="on")
    admin = Db(cluster.connect("obs"))
    workshop = Workshop(cluster.dsn("obs", "test_forwarder"), f"{hook.url}/hook")
    try:
        for number in range(count):
            put(admin, number=number // 2)
        pid = workshop.start()
        for victim in victims:
            time.sleep(draw.uniform(0.02, 0.2))
            if victim == "forwarder":
                workshop.kill(pid)
                pid = workshop.start()
            elif victim == "connection":
                cut_a_connection(admin)
            else:
                admin.close()
                cluster.kill()
                cluster.start()
                admin = Db(cluster.connect("obs"))
        wait_until(lambda: set(states(admin).values()) == {"sent"}, 60 + kills, "everything sent")
        counted = Counter(hook.keys)
        assert len(counted) == count, "nothing is lost"
        told = {int(key.rpartition("-")[2]) for key in counted}
        assert told == set(states(admin)), "the key is the notification's"
        twice = sum(counted.values()) - count
        assert twice <= kills, "at most one for each kill"
        return Counter(victims), twice
    finally:
        workshop.close()
        admin.close()


def test_25_kills_lose_nothing(disposable_server: Callable[..., Cluster], slow_hook: Receiver) -> None:
    killed, _ = kill_and_kill_again(disposable_server, slow_hook, kills=25, seed=7)
    assert set(killed) == set(VICTIMS)


@pytest.mark.soak
def test_500_kills_lose_nothing(disposable_server: Callable[..., Cluster], slow_hook: Receiver) -> None:
    killed, twice = kill_and_kill_again(disposable_server, slow_hook, kills=500, seed=8)
    print(f"500 kills {dict(killed)}, 4000 notifications: 0 lost, {twice} came twice with the same key")


def test_killed_between_the_receivers_yes_and_ours(db: Db, slow_hook: Receiver, workshop: Workshop) -> None:
    slow_hook.script.append(Answer(delay=20))
    number = put(db)
    pid = workshop.start()
    slow_hook.wait_for(1)
    workshop.kill(pid)
    workshop.start()
    slow_hook.wait_for(2)
    wait_until(lambda: states(db) == {number: "sent"})
    assert len(set(slow_hook.keys)) == 1
    assert db.one("select attempts from obs.notifications") == 2


def test_a_server_that_goes_and_comes_back(disposable_server: Callable[..., Cluster], slow_hook: Receiver) -> None:
    cluster = disposable_server()
    db = Db(cluster.connect("obs"))
    workshop = Workshop(cluster.dsn("obs", "test_forwarder"), f"{slow_hook.url}/hook")
    try:
        for number in range(60):
            put(db, number=number)
        workshop.start()
        slow_hook.wait_for(5)
        cluster.restart()
        db.close()
        db = Db(cluster.connect("obs"))
        wait_until(lambda: set(states(db).values()) == {"sent"}, 60, "everything sent")
        assert set(map(int, (key.rpartition("-")[2] for key in slow_hook.keys))) == set(states(db))
        put(db, number=99)
        db.execute("select pg_notify('obs_alerts', '1')")
        wait_until(lambda: set(states(db).values()) == {"sent"}, 10, "the next one sent")
    finally:
        workshop.close()
        db.close()


def test_a_forwarder_told_to_stop_finishes_what_it_holds(db: Db, slow_hook: Receiver, workshop: Workshop) -> None:
    slow_hook.script.append(Answer(delay=0.5))
    number = put(db)
    pid = workshop.start()
    slow_hook.wait_for(1)
    os.kill(pid, signal.SIGTERM)
    wait_until(lambda: states(db) == {number: "sent"})
    assert len(slow_hook.requests) == 1
