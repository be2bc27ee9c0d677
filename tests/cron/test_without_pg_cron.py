"""Where pg_cron is not, any scheduler calls the same functions, and obs.start() says how."""

from __future__ import annotations

import os
import subprocess
from typing import Any

import psycopg
import pytest
from psycopg import sql

from support.binaries import bindir
from support.db import Db
from support.health import checks
from support.install import install

NAME = "it's 100 % obs"


@pytest.fixture
def odd_db(db: Db) -> Any:
    """A database whose name would break a careless command line."""
    db.execute(sql.SQL("create database {} template template0").format(sql.Identifier(NAME)))
    opened = Db(psycopg.connect(db.dsn, dbname=NAME, autocommit=True))
    install(opened.dsn)
    yield opened
    opened.close()
    db.execute(sql.SQL("drop database {}").format(sql.Identifier(NAME)))


def run_as_cron_does(db: Db, how: str, schedule: str) -> None:
    """cron turns an escaped percent sign into a plain one and hands the rest of the line to sh."""
    line = how.partition("in a crontab: ")[2]
    assert line.startswith(schedule + " psql ")
    command = line.removeprefix(schedule).replace("\\%", "%")
    found_by = {"PATH": f"{bindir()}:{os.environ['PATH']}", "PGHOST": db.conn.info.host, "PGOPTIONS": ""}
    done = subprocess.run(["sh", "-c", command], env={**os.environ, **found_by}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_lines_of_start_do_the_jobs_work(odd_db: Db) -> None:
    for row in odd_db.calls("start"):
        run_as_cron_does(odd_db, row.how, row.schedule)
    assert {row.job: row.runs for row in odd_db.rows("select * from obs.jobs")} == {"tick": 1, "maintain": 1}


def test_nothing_is_scheduled_and_stopping_is_no_error(db: Db) -> None:
    assert {row.how.partition(";")[0] for row in db.calls("start")} == {
        "not scheduled, pg_cron is not installed in this database"
    }
    assert db.calls("stop") == []


def test_status_says_what_to_call_and_when_it_was_last_called(db: Db) -> None:
    shown = checks(db.login("test_ops"))["pg_cron"]
    assert shown.state == "amber"
    assert shown.detail == (
        "pg_cron is not installed in this database: call obs.tick() each minute from any scheduler; last tick never"
    )
    assert "pg_cron launcher" not in checks(db)
    scheduler = db.login("obs_cron")
    scheduler.call("tick")
    scheduler.call("maintain")
    shown = checks(db.login("test_ops"))["pg_cron"]
    assert (shown.state, shown.remedy) == ("green", None)
    assert shown.detail.endswith("last tick 0 s ago")
    db.execute("update obs.jobs set last_success_at = clock_timestamp() - interval '4 minutes' where job = 'tick'")
    shown = checks(db)["pg_cron"]
    assert (shown.state, shown.detail.endswith("last tick 4 min ago")) == ("amber", True)


def test_maintain_has_no_history_to_prune(db: Db) -> None:
    assert db.call("maintain")["cron_history_pruned"] == 0
