"""Which database a verb works on, and whether obs is in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import psycopg
import typer
from psycopg.conninfo import conninfo_to_dict

from .. import wire
from ..settings import Settings
from .trouble import FOREIGN, HALF_INSTALLED, NOT_INSTALLED, STUMP, TOO_OLD, Trouble

OLDEST = 150_000

Dsn = Annotated[
    str | None,
    typer.Option(
        "--dsn",
        metavar="DSN",
        help="The database, e.g. postgresql://user@host/name. Otherwise $OBS_DSN, or libpq's PG* variables.",
        show_default=False,
    ),
]

# The catalog is open to everybody, the schema obs is not.
_LOOK = """select
    (select n.nspowner::regrole::text from pg_catalog.pg_namespace n where n.nspname = 'obs'),
    exists (
        select from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
        where n.nspname = 'obs' and p.proname = 'version'
    ),
    exists (
        select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'obs' and c.relname = 'schema_migrations'
    )"""


def named(dsn: str | None) -> str:
    """The connection string to use; Trouble when nothing names a database."""
    found = Settings(dsn=dsn).database()
    if found is None:
        raise Trouble("which database? Give --dsn postgresql://user@host/name, or set OBS_DSN or the PG* variables")
    try:
        conninfo_to_dict(found)
    except psycopg.ProgrammingError:  # whose message quotes it, password and all
        raise Trouble(
            "the connection string cannot be read: write postgresql://user@host/name, or 'host=… dbname=… user=…'"
        ) from None
    return found


@contextmanager
def opened(dsn: str | None) -> Iterator[wire.Connection]:
    """A connection to a database that has obs."""
    with wire.connect(named(dsn)) as conn:
        check(conn)
        yield conn


def checked(dsn: str | None) -> str:
    """The connection string of a database that has obs."""
    with opened(dsn):
        return named(dsn)


def check(conn: wire.Connection) -> None:
    """Raise Trouble when obs cannot work here."""
    check_server(conn)
    owner, versioned, recorded = conn.execute(_LOOK).fetchone() or (None, False, False)
    if owner is None:
        raise Trouble(NOT_INSTALLED)
    if owner != "obs_owner":  # nothing of it is called: it would run with the caller's rights
        raise Trouble(FOREIGN.format(owner=owner))
    if not recorded:
        raise Trouble(STUMP)
    if not versioned:
        raise Trouble(HALF_INSTALLED)


def check_server(conn: wire.Connection) -> None:
    """Raise Trouble when the server is too old."""
    if conn.info.server_version < OLDEST:
        raise Trouble(TOO_OLD.format(conn.info.parameter_status("server_version")))
