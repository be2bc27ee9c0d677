"""`obs version`"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version

import typer

from ..settings import Settings
from .database import Dsn, opened


def version(dsn: Dsn = None) -> None:
    """Show the versions of this package and of obs in the database.

    Without a database, of this package alone.

    Example: obs version --dsn postgresql://localhost/pipeline
    """
    try:
        typer.echo(f"obs-client {installed_version('obs-client')}")
    except PackageNotFoundError:
        typer.echo("obs-client (not installed as a package)")
    if Settings(dsn=dsn).database() is None:
        return
    with opened(dsn) as conn:
        found = conn.execute("select obs.version()").fetchone()
        typer.echo(f"obs {found[0] if found else '?'} on PostgreSQL {conn.info.parameter_status('server_version')}")
