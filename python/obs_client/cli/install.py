"""`obs install`"""

from __future__ import annotations

import typer

from .. import install as sql
from .. import wire
from .database import Dsn, check_server, named


def install(dsn: Dsn = None) -> None:
    """Install obs in a database, or bring it up to date.

    Doing it again changes nothing. The login needs CREATE on the database and CREATEROLE. Nothing is scheduled by
    it: `select obs.start()` does that.

    Example: obs install --dsn postgresql://postgres@localhost/pipeline
    """
    target = named(dsn)
    with wire.connect(target) as conn:
        check_server(conn)
    typer.echo(f"obs {sql.install(target)} is installed. Give logins their roles: grant obs_writer to pipeline;")
