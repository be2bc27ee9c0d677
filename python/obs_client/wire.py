"""The way into the database: a batch is one transaction of open_batch, COPY and log_batch, in four round trips.

`send_batch` is the fast way and fails as a whole; `deliver` falls back to obs.log_events, and finds the rows that
the database refuses even then, so that one bad row never keeps the others out.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.json import Jsonb

from .mending import number
from .types import Counts, Row

Connection = psycopg.Connection[Any]

COLUMNS: tuple[str, ...] = Row._fields
TABS = len(COLUMNS) - 1
MAX_ROWS = 5_000

_OPEN = "begin; select obs.open_batch()"
_COPY = f"copy pg_temp.obs_batch (ord, {', '.join(COLUMNS)}) from stdin (null '', encoding 'UTF8')"
_LOG_BATCH = b"select accepted, duplicate, quarantined, details from obs.log_batch(p_expected => %d); commit"
_LOG_EVENTS = "select accepted, duplicate, quarantined from obs.log_events(p_events => %s)"
_HEARTBEAT = "select obs.heartbeat(p_run_id => %s, p_tenant_id => %s)"

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_UNESCAPES = {"\\": "\\", "t": "\t", "n": "\n", "r": "\r"}
_NUMBERS = frozenset(("duration_ms", "cost_usd", "tokens_input", "tokens_output", "seq"))

# States in which nothing is wrong with the rows: the server, the network or the installation is not ready for them.
_NOT_READY_CLASSES = ("08", "25", "28", "3D", "3F", "40", "53", "55", "57", "58")
_NOT_READY_CODES = frozenset(("42883", "42P01", "OB005", "OB007"))
# States that blame the row.
_REFUSED_CLASSES = ("22", "23", "54", "OB")


class NotReadyError(Exception):
    """Nothing is wrong with the events, but the database cannot be used as it is configured: keep them."""


def connect(dsn: str, timeout: int = 10) -> Connection:
    """An autocommit connection that works behind a transaction pooler and notices a dead network."""
    try:
        conninfo_to_dict(dsn)
    except psycopg.ProgrammingError:  # it would quote the string, and the password in it
        raise NotReadyError("the connection string cannot be read") from None
    return psycopg.connect(
        dsn,
        autocommit=True,
        prepare_threshold=None,
        connect_timeout=timeout,
        application_name="obs",
        client_encoding="UTF8",
        keepalives_idle=30,
        keepalives_interval=10,
        keepalives_count=3,
        tcp_user_timeout=30_000,
    )


def encode(row: Row) -> str:
    """A mended event in COPY's text format, without `ord` and the line end; an empty text is NULL."""
    return "\t".join(_field(value) for value in row)


def decode(encoded: str) -> dict[str, Any]:
    """The event of an encoded row, as obs.log_events takes it."""
    event: dict[str, Any] = {}
    for name, field in zip(COLUMNS, encoded.split("\t"), strict=True):
        if field:
            text = _unescaped(field) if "\\" in field else field
            event[name] = json.loads(text) if name in _NUMBERS or name == "extra" else text
    return event


def send_batch(conn: Connection, rows: Iterable[Row]) -> Counts:
    """Enter mended events (`events.mend`) by the fast way, all or none."""
    return send_encoded(conn, [encode(row) for row in rows])


def send_encoded(conn: Connection, rows: Sequence[str]) -> Counts:
    """Enter encoded rows by the fast way, all or none."""
    return send_detailed(conn, rows)[0]


def send_detailed(conn: Connection, rows: Sequence[str]) -> tuple[Counts, list[dict[str, Any]]]:
    """The same; also place (`ord`) and `reason` of the first 100 that were quarantined.

    The connection is in autocommit mode and in no transaction, before and after.
    """
    data = "".join([f"{index}\t{row}\n" for index, row in enumerate(rows)]).encode("utf-8", "replace")
    try:
        with conn.cursor() as cursor:
            try:
                cursor.execute(_OPEN)
            except psycopg.errors.InsufficientPrivilege as error:
                raise NotReadyError(str(error)) from error
            with cursor.copy(_COPY) as copy:
                copy.write(data)
            answer = cursor.execute(_LOG_BATCH % len(rows)).fetchone()
    except BaseException:
        with contextlib.suppress(psycopg.Error):  # the connection is lost, and its transaction with it
            conn.rollback()
        raise
    if answer is None:
        raise NotReadyError("no answer from obs.log_batch")
    return Counts(answer[0], answer[1], answer[2]), answer[3] or []


def deliver(
    conn: Connection,
    rows: Sequence[str],
    refused: Callable[[str, psycopg.Error], None],
    give_up: bool = False,
) -> Counts:
    """Enter encoded rows whatever some of them hold; `refused` is told of each row that stays out, and why.

    Raises what is not the rows' fault. With `give_up` only a lost connection or an unready database is not:
    for a batch that has failed again and again with an error nobody foresaw.
    """
    try:
        return send_encoded(conn, rows)
    except psycopg.Error as error:
        if not_ready(error):
            raise
    return _one_by_one(conn, rows, refused, give_up)


def not_ready(error: psycopg.Error) -> bool:
    """Whether the error says nothing about the rows: try again later."""
    state = error.sqlstate
    return state is None or state[:2] in _NOT_READY_CLASSES or state in _NOT_READY_CODES


def heartbeat(conn: Connection, run_id: str, tenant_id: str | None) -> None:
    """Tell the database that the run is alive."""
    conn.execute(_HEARTBEAT, (run_id, tenant_id))


def _one_by_one(
    conn: Connection, rows: Sequence[str], refused: Callable[[str, psycopg.Error], None], give_up: bool
) -> Counts:
    """By obs.log_events, halving what is refused until a row stands alone."""
    events = [decode(row) for row in rows]
    try:
        with conn.transaction(), conn.cursor() as cursor:
            return Counts(*_one(cursor.execute(_LOG_EVENTS, (Jsonb(events, dumps=dumps),))))
    except psycopg.Error as error:
        if not_ready(error):
            raise
        if len(rows) == 1:
            state = error.sqlstate or ""
            if not (give_up or state[:2] in _REFUSED_CLASSES or state == "42501"):
                raise
            refused(rows[0], error)
            return Counts(rejected=1)
    middle = len(rows) // 2
    first = _one_by_one(conn, rows[:middle], refused, give_up)
    return first.plus(_one_by_one(conn, rows[middle:], refused, give_up))


def _one(cursor: psycopg.Cursor[Any]) -> tuple[int, int, int]:
    answer = cursor.fetchone()
    if answer is None:
        raise NotReadyError("no answer from obs.log_batch")
    return answer[0], answer[1], answer[2]


def dumps(value: Any) -> str:
    """JSON as the wire carries it."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _field(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    if isinstance(value, dict):
        return dumps(value).translate(_ESCAPES) if value else ""
    return number(value) if isinstance(value, int | float | Decimal) else str(value)


def _unescaped(field: str) -> str:
    parts = iter(field)
    return "".join(_UNESCAPES[next(parts)] if part == "\\" else part for part in parts)
