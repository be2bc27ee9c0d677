"""The command as a person runs it, and a database to run it on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from support.db import Db
from support.qa import NIGHT
from support.sheets import Sheet
from support.stories import fixture_of
from support.warm import Warm, clean_environment

OBS = Path(sys.executable).with_name("obs")

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def obs(warm: Warm) -> Run:
    """`obs("version", dsn=…)`; the environment names no database by itself. With options: a process of its own."""

    def run(*args: object, dsn: str | None = None, **options: object) -> subprocess.CompletedProcess[str]:
        environment = clean_environment(**({"OBS_DSN": dsn} if dsn else {}))
        command = [str(OBS), *map(str, args)]
        if options:
            settings: dict[str, object] = {"stdin": subprocess.DEVNULL, "env": environment, "timeout": 120, **options}
            done = subprocess.run(command, capture_output=True, text=True, **settings)  # type: ignore[call-overload]
        else:
            done = warm.run(command, environment, timeout=120)
        assert "Traceback" not in done.stdout + done.stderr, done.stderr
        return done

    return run


@pytest.fixture
def writer(db: Db) -> str:
    """The database as obs_writer sees it."""
    return db.dsn_for("test_writer")


@pytest.fixture
def ops(db: Db) -> str:
    return db.dsn_for("test_ops")


night = fixture_of(NIGHT)


@pytest.fixture
def reviewer(night: Db) -> str:
    """The database as a reviewer of a sees it, with ten companies of run r1."""
    return night.dsn_for("test_reviewer_a")


@pytest.fixture
def sheet(obs: Run, reviewer: str) -> Sheet:
    return Sheet(obs("qa", "export", dsn=reviewer).stdout)
