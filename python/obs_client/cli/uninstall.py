"""`obs uninstall`"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from .. import install as sql
from .. import wire
from .database import Dsn, named
from .trouble import Trouble, describe


def uninstall(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    dsn: Dsn = None,
) -> None:
    """Take obs out of a database, with all its data.

    The schema obs goes, its jobs, and its triggers on attached tables. The roles stay: other databases may use them.

    Example: obs uninstall --yes --dsn postgresql://postgres@localhost/pipeline
    """
    target = named(dsn)
    with wire.connect(target) as conn:
        where = describe(conn.info.dsn)
        there = conn.execute("select 1 from pg_catalog.pg_namespace where nspname = 'obs'").fetchone()
    if not there:
        typer.echo(f"obs is not installed there ({where}): nothing to do.")
        return
    if not yes:
        if not sys.stdin.isatty():
            raise Trouble(f"this drops the schema obs with all its data ({where}): say --yes")
        typer.confirm(f"Drop the schema obs with all its data ({where})?", abort=True)
    sql.uninstall(target)
    typer.echo("obs is gone from the database; its roles stay, since other databases may use them.")
