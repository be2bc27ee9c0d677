"""One test's database, as one login sees it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.rows import namedtuple_row
from psycopg.types.json import Jsonb

LOCK_WAIT_SECONDS = 10.0


class Db:
    """`db.call("finish_stage", run_id=r)` is `select * from obs.finish_stage(p_run_id => r)`."""

    def __init__(self, conn: psycopg.Connection[Any]) -> None:
        self.conn = conn
        self.conn.autocommit = True
        self.conn.row_factory = namedtuple_row
        self._opened: list[Db] = []

    @property
    def dsn(self) -> str:
        return self.dsn_for(self.conn.info.user)

    def dsn_for(self, user: str) -> str:
        info = self.conn.info
        return make_conninfo(
            host=info.host, port=info.port, dbname=info.dbname, user=user, password=info.password or None
        )

    def login(self, user: str = "", **options: str) -> Db:
        """A further connection to the same database; it is closed with this one."""
        opened = Db(psycopg.connect(make_conninfo(self.dsn_for(user or self.conn.info.user), **options)))
        self._opened.append(opened)
        return opened

    def close(self) -> None:
        for opened in self._opened:
            opened.close()
        self.conn.close()

    def execute(self, query: str, params: Any = None) -> psycopg.Cursor[Any]:
        return self.conn.execute(query, params)

    def rows(self, query: str, params: Any = None) -> list[Any]:
        return self.execute(query, params).fetchall()

    def row(self, query: str, params: Any = None) -> Any:
        """The one row of the result: none, or a second one, is a failure of the test."""
        found = self.rows(query, params)
        assert len(found) == 1, f"expected one row, got {len(found)}: {found[:3]}"
        return found[0]

    def one(self, query: str, params: Any = None) -> Any:
        return self.row(query, params)[0]

    def call(self, function: str, /, **arguments: Any) -> Any:
        """The function's value when it returns one column, otherwise its row."""
        found = self.row(*_call(function, arguments))
        return found[0] if len(found) == 1 else found

    def calls(self, function: str, /, **arguments: Any) -> list[Any]:
        """Every row of a set-returning function."""
        return self.rows(*_call(function, arguments))

    def set_now(self, moment: str | None) -> None:
        """Stops the clock of this session at the moment (None: lets it run)."""
        self.execute("select set_config('obs.now', %s, false)", (moment or "",))

    def wait_until_blocked(self, other: Db) -> None:
        """Returns once the other session waits for a lock."""
        query = "select wait_event_type = 'Lock' from pg_stat_activity where pid = %s"
        deadline = time.monotonic() + LOCK_WAIT_SECONDS
        while not self.one(query, (other.conn.info.backend_pid,)):
            assert time.monotonic() < deadline, "the other session never waited for a lock"
            time.sleep(0.01)


def _call(function: str, arguments: Mapping[str, Any]) -> tuple[sql.Composed, dict[str, Any]]:
    named = {name if name.startswith("p_") else f"p_{name}": _adapt(value) for name, value in arguments.items()}
    pairs = [sql.SQL("{} => {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in named]
    query = sql.SQL("select * from obs.{}({})").format(sql.Identifier(function), sql.SQL(", ").join(pairs))
    return query, named


def _adapt(value: Any) -> Any:
    """JSON for dictionaries and lists of them; numeric, not double precision, for a float: SQL casts it nowhere."""
    if isinstance(value, dict) or (isinstance(value, list) and any(isinstance(part, dict) for part in value)):
        return Jsonb(value)
    return Decimal(str(value)) if isinstance(value, float) else value
