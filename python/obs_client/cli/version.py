"""`obs version`"""

from __future__ import annotations

import typer

from ..settings import Settings
from .database import Dsn, opened
from .trouble import package_version


def version(dsn: Dsn = None) -> None:
    """Show the versions of this package and of obs in the database.

    Without a database, of this package alone.

    Example: obs version --dsn postgresql://localhost/pipeline
    """
    typer.echo(f"obs-client {package_version()}")
    if Settings(dsn=dsn).database() is None:
        return
    with opened(dsn) as conn:
        found = conn.execute("select obs.version()").fetchone()
        typer.echo(f"obs {found[0] if found else '?'} on PostgreSQL {conn.info.parameter_status('server_version')}")
