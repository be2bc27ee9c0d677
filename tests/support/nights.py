"""A night on which a run is expected, with the clock moved minute by minute."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from support.db import Db

Night = Callable[[float], Db]


@pytest.fixture
def night(db: Db) -> Night:
    """Tenant `a` expects a run some minutes from now; night(30) is the database half an hour after it was due."""
    due: datetime = db.one("select date_trunc('minute', clock_timestamp()) + interval '3 minutes'")
    db.call("create_tenant", tenant_id="a")
    db.call("tick")

    def at(minutes: float) -> Db:
        db.set_now(str(due + timedelta(minutes=minutes)))
        return db

    at(-24 * 60 + 1)
    schedule = db.one("select to_char(%s at time zone 'UTC', 'HH24:MI')", (due,))
    assert db.call("expect", tenant_id="a", schedule=schedule) == due
    return at


def status(db: Db) -> Any:
    return db.row("select * from obs.expected_run_status")


def situation(db: Db) -> str:
    return str(status(db).situation)


def start(db: Db, run_id: str = "r", **more: Any) -> None:
    db.call("start_run", tenant_id="a", run_id=run_id, **more)
    db.call("heartbeat", run_id=run_id)


def event(db: Db, stage: str, status: str = "success", run_id: str = "r", **more: Any) -> None:
    """An item, received at the moment the clock was moved to."""
    name = "finish" if status == "success" else "error"
    db.call("log_event", run_id=run_id, stage=stage, event=name, status=status, logger="obs.stage", **more)
    db.execute("update obs.stage_deltas set last_received_at = obs.now()")


def alerts(db: Db, condition: str) -> list[Any]:
    return db.rows(f"select run_id, verdict, value, details from obs.condition_{condition} order by run_id")
