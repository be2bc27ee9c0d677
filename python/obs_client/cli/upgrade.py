"""`obs upgrade`"""

from __future__ import annotations

import typer

from .. import install as sql
from .database import Dsn, named, opened


def upgrade(dsn: Dsn = None) -> None:
    """Bring the obs of a database up to this package's version, and say what was done.

    What `obs install` does, for a database that has obs already: one transaction, so a failure changes nothing. Make a
    backup first; there is no way back.

    Example: obs upgrade --dsn postgresql://postgres@localhost/pipeline
    """
    with opened(dsn) as conn:
        before, known = sql.state(conn)
    after = sql.install(named(dsn))
    with opened(dsn) as conn:
        _, steps = sql.state(conn)
    applied = [step for step in steps if step not in known]
    if before == after and not applied:
        typer.echo(f"obs {after} was there already: functions, views and grants are installed anew")
    else:
        typer.echo(f"obs {before} -> {after}, schema steps applied: {', '.join(applied) or 'none'}")
        typer.echo("Next: select * from obs.start(); then upgrade the clients")
