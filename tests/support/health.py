"""What obs.status() says, by check; and pg_cron with nothing in it."""

from __future__ import annotations

from typing import Any

from support.db import Db


def checks(db: Db) -> dict[str, Any]:
    rows = db.calls("status")
    assert len({row.check_name for row in rows}) == len(rows)
    return {row.check_name: row for row in rows}


def unschedule_all(db: Db) -> None:
    db.execute("delete from cron.job")
    db.execute("delete from cron.job_run_details")
