"""What a pipeline tells obs, in short, for tests that look at what obs makes of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from support.db import Db


def event_id(number: int) -> uuid.UUID:
    return uuid.UUID(int=number)


def start(db: Db, run_id: str = "r1", tenant_id: str = "a", **more: Any) -> str:
    started: str = db.call("start_run", tenant_id=tenant_id, run_id=run_id, **more)
    return started


def item(db: Db, run_id: str, stage: str, ok: bool = True, **more: Any) -> str:
    """One item of a stage; the answer of log_event."""
    event, status = ("finish", "success") if ok else ("error", "error")
    answer: str = db.call("log_event", run_id=run_id, stage=stage, event=event, status=status, **more)
    return answer


def vendor_call(db: Db, run_id: str, vendor: str, status: str = "success", stage: str = "score", **more: Any) -> str:
    answer: str = db.call(
        "log_event", run_id=run_id, stage=stage, event="vendor_call", status=status, vendor=vendor, **more
    )
    return answer


def line(
    run_id: str, event: str = "finish", tenant_id: str = "a", stage: str | None = "crawl", **more: Any
) -> dict[str, Any]:
    """One object in the log format; an item that succeeded when nothing else is said."""
    status = {"finish": "success", "error": "error"}.get(event)
    logger = {"vendor_call": "obs.vendor", "run_start": "obs.run", "run_finish": "obs.run", "metric": "obs.run"}
    made = {
        "logger": logger.get(event, "obs.stage"),
        "tenant_id": tenant_id,
        "run_id": run_id,
        "stage": stage,
        "event": event,
        "status": status,
    }
    return {key: value for key, value in {**made, **more}.items() if value is not None}


def log_lines(db: Db, lines: list[dict[str, Any]], **more: Any) -> tuple[int, int, int]:
    """How many were accepted, duplicate, quarantined."""
    answer = db.call("log_events", events=Jsonb(lines), **more)
    return answer.accepted, answer.duplicate, answer.quarantined


def log_batch(db: Db, lines: Iterable[Mapping[str, Any]], expected: int | None = None) -> tuple[int, int, int]:
    """The same through COPY, in one transaction."""
    rows = [dict(one) for one in lines]
    with db.conn.transaction():
        db.execute("select obs.open_batch()")
        copy_batch(db, rows)
        answer = db.call("log_batch", expected=len(rows) if expected is None else expected)
    return answer.accepted, answer.duplicate, answer.quarantined


def copy_batch(db: Db, rows: list[dict[str, Any]]) -> None:
    columns = ["ord", *sorted({column for row in rows for column in row})]
    with db.conn.cursor().copy(f"copy pg_temp.obs_batch ({', '.join(columns)}) from stdin") as copy:
        for place, row in enumerate(rows):
            filled = {"ord": place, **row, **({"extra": Jsonb(row["extra"])} if "extra" in row else {})}
            copy.write_row([filled.get(column) for column in columns])


def stage_row(db: Db, run_id: str, stage: str, tenant_id: str = "a") -> Any:
    return db.row(
        "select * from obs.run_stage_stats where tenant_id = %s and run_id = %s and stage = %s",
        (tenant_id, run_id, stage),
    )


def run_row(db: Db, run_id: str, tenant_id: str = "a") -> Any:
    return db.row("select * from obs.enrichment_runs where tenant_id = %s and run_id = %s", (tenant_id, run_id))


def vendor_row(db: Db, run_id: str, vendor: str, tenant_id: str = "a") -> Any:
    return db.row(
        "select * from obs.run_vendor_usage where tenant_id = %s and run_id = %s and vendor = %s",
        (tenant_id, run_id, vendor),
    )


def metrics(db: Db, run_id: str, tenant_id: str = "a") -> dict[str, Any]:
    """Value by name, or by name/label where there is a label."""
    found = db.rows(
        "select name || case label when '' then '' else '/' || label end as name, value from obs.run_metrics"
        " where tenant_id = %s and run_id = %s",
        (tenant_id, run_id),
    )
    return {row.name: row.value for row in found}


def drift(db: Db, run_id: str, tenant_id: str = "a") -> list[Any]:
    """Stages whose stored numbers are not those of the raw events."""
    return [row for row in db.calls("recompute", run_id=run_id, tenant_id=tenant_id) if not row.matches]


def refused(attempt: Callable[..., Any], *arguments: Any, **more: Any) -> psycopg.Error:
    """The error that the attempt must end with."""
    with pytest.raises(psycopg.Error) as caught:
        attempt(*arguments, **more)
    return caught.value
