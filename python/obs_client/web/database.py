"""The way into the database: a bounded pool, and one transaction a request that takes the role of the token.

The server's own login sees nothing by itself. Row security looks at the role that was set, and the login must be a
member of it; roles that would get round row security are taken by nobody.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool

from .options import ConfigError, Options
from .problems import Unauthorized
from .tokens import Grant

Connection = psycopg.Connection[DictRow]

# A role of the catalog that is no way round row security, of which the login is a member (from 16 on: may take it).
# What ends a login of the role ends its tokens too: VALID UNTIL, and for a role that could log in NOLOGIN and a CONNECT
# taken away.
_USABLE = """
    from pg_catalog.pg_roles r
    join pg_catalog.pg_roles me on me.rolname = session_user
    where r.rolname = %(role)s
      and not r.rolsuper and not r.rolbypassrls and not me.rolsuper and not me.rolbypassrls
      and (r.rolvaliduntil is null or r.rolvaliduntil > pg_catalog.now())
      and (not %(login)s or r.rolcanlogin
        and pg_catalog.has_database_privilege(r.oid, pg_catalog.current_database(), 'connect'))
      and not exists (
        select from pg_catalog.pg_roles o
        where o.rolname in ('obs_owner', 'obs_cron', 'obs_host') and pg_catalog.pg_has_role(r.oid, o.oid, 'member')
      )
      and pg_catalog.pg_has_role(session_user, r.oid,
        case when current_setting('server_version_num')::int < 160000 then 'member' else 'set' end)"""
_TAKE = f"""select set_config('role', r.rolname, true), set_config('statement_timeout', %(timeout)s, true),
    set_config('idle_in_transaction_session_timeout', '60000', true),
    set_config('transaction_read_only', %(read_only)s, true), set_config('obs.tenant_id', '', true),
    set_config('timezone', 'UTC', true) {_USABLE}"""


class Database:
    """Connections for one server."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self.pool: ConnectionPool[psycopg.Connection[DictRow]] = ConnectionPool(
            options.dsn,
            kwargs={
                "autocommit": True,
                "row_factory": dict_row,
                "prepare_threshold": None,  # behind a transaction pooler too
                "connect_timeout": 3,
                "application_name": "obs serve",
                "client_encoding": "UTF8",
                "keepalives_idle": 30,
                "tcp_user_timeout": 10_000,
            },
            min_size=1,
            max_size=options.pool_connections,
            max_waiting=8 * options.pool_connections,
            timeout=options.pool_wait_s,
            reconnect_timeout=2.0,  # then whoever asks next tries at once, whatever the outage lasted
            check=fresh,
            open=False,
        )
        self._looked_at = 0.0
        self._was_up = False
        self._looking = threading.Lock()

    def open(self) -> None:
        self.pool.open()

    def close(self) -> None:
        self.pool.close(timeout=5)

    @contextmanager
    def asking(self, grant: Grant, *, write: bool = False, timeout_ms: int | None = None) -> Iterator[Connection]:
        """A transaction in the name of the token's role; Unauthorized when it may not be taken, or no longer."""
        with self.pool.connection() as conn, conn.transaction():
            take(conn, grant, write=write, timeout_ms=timeout_ms or self._options.statement_timeout_ms)
            yield conn

    def is_up(self) -> bool:
        """Whether a statement goes through; asked at most once a second, whoever asks."""
        with self._looking:
            if time.monotonic() - self._looked_at > 1:
                self._was_up = self._try()
                self._looked_at = time.monotonic()
            return self._was_up

    def _try(self) -> bool:
        try:
            with self.pool.connection() as conn:
                return conn.execute("select 1 as one").fetchone() is not None
        except Exception:  # whatever it is: the database does not answer
            return False


def fresh(conn: psycopg.Connection[Any]) -> None:
    """As a pool hands it out: alive, and without a role or a setting of who had it before."""
    conn.execute("reset role; reset all")


def take(conn: psycopg.Connection[Any], grant: Grant, *, write: bool, timeout_ms: int) -> None:
    """Let the present transaction work as the role."""
    settings = {
        "role": grant.role,
        "login": grant.login,
        "timeout": str(timeout_ms),
        "read_only": "off" if write else "on",
    }
    try:
        taken = conn.execute(_TAKE, settings).fetchone()
    except psycopg.errors.InsufficientPrivilege:
        taken = None
    if taken is None:
        raise Unauthorized("This token's role cannot be used here.")


def check_role(dsn: str, role: str) -> bool:
    """Whether the role can log in; ConfigError unless tokens of it would work over this login."""
    with psycopg.connect(dsn, autocommit=True, connect_timeout=10) as conn:
        found = conn.execute(f"select r.rolcanlogin {_USABLE}", {"role": role, "login": False}).fetchone()
        if found is None:
            raise ConfigError(
                f"no token for {role!r}: the role must exist and be valid still, the server's login must be a member "
                "of it, and neither may be a superuser, bypass row security or belong to obs_owner or obs_cron"
            )
        return bool(found[0])


def check_login(dsn: str) -> None:
    """ConfigError when the server's own login stands above row security."""
    with psycopg.connect(dsn, autocommit=True, connect_timeout=10) as conn:
        row = conn.execute(
            "select rolname, rolsuper or rolbypassrls from pg_catalog.pg_roles where rolname = session_user"
        ).fetchone()
        if row is None or row[1]:
            raise ConfigError(
                f"the server does not run as {row[0] if row else 'nobody'}, who stands above row security: make a "
                "login of its own, a member of the roles that tokens name"
            )
