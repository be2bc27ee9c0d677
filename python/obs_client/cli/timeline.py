"""`obs timeline`"""

from __future__ import annotations

import typer

from ..story import readable
from .database import Dsn, opened
from .listing import AsJson, Run, Tenant, as_json, clock, objects, show, took

_TIMELINE = "select * from obs.timeline(p_run_id => %(run)s, p_tenant_id => %(tenant)s)"
_STYLES = {
    "run": "bold",
    "error": "red",
    "alert": "bold red",
    "silence": "yellow",
    "rate_limit": "yellow",
    "quota": "red",
    "change": "cyan",
}


def timeline(run: Run, tenant: Tenant = None, json: AsJson = False, dsn: Dsn = None) -> None:
    """Tell a run's story in order: stages, first failures, retries, silences, alerts, QA, what was changed.

    Times are UTC.

    Example: obs timeline acme-2026-03-02 --dsn postgresql://oncall@localhost/pipeline
    """
    with opened(dsn) as conn:
        rows = objects(conn, _TIMELINE, {"run": run, "tenant": tenant})
    if json:
        for row in rows:
            typer.echo(as_json(row))
        return
    rows = readable(rows)
    show(
        ("at", "kind", "stage", "what", "took"),
        [(clock(row["at"]), row["kind"], row["stage"], row["what"], took(row["duration_ms"])) for row in rows],
        [_STYLES.get(row["kind"], "") for row in rows],
    )
