"""`obs tail`"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Annotated, Any

import psycopg
import typer
from rich.console import Console
from rich.text import Text

from .. import wire
from .database import Dsn, opened
from .listing import AsJson, Tenant, as_json, clock, took
from .output import note, plain
from .trouble import Trouble

_RUN = """select r.tenant_id, r.run_id, r.run_day, r.kind, r.started_at
    from obs.enrichment_runs r
    where (%(run)s::text is null or r.run_id = %(run)s) and (%(tenant)s::text is null or r.tenant_id = %(tenant)s)
      and (%(run)s::text is not null or not r.is_simulation)
    order by r.status = 'running' desc, r.started_at desc
    limit 2"""
_STATE = """select r.status, coalesce(r.thinned_at, r.expired_at, r.raw_gone_at) is not null
    from obs.enrichment_runs r
    where r.tenant_id = %(tenant_id)s and r.run_id = %(run_id)s"""
_COLUMNS = """e.event_id, e.ts, e.received_at, e.level, e.stage, e.event, e.status, e.company_id, e.vendor, e.model,
            e.duration_ms, e.cost_usd, e.error_code, e.trace_id, e.seq, e.error_msg as stored_msg"""
_OF_RUN = "e.tenant_id = %(tenant_id)s and e.run_id = %(run_id)s and e.run_day = %(run_day)s"
_EVENTS = f"""with shot as materialized (
        select (pg_snapshot_xmin(pg_current_snapshot())::text::numeric %% 4294967296)::text::xid as horizon
    )
    select h.horizon::text, e.*, obs.error_text(%(tenant_id)s, e.stored_msg) as error_msg
    from shot h
    left join lateral (
        (
            select {_COLUMNS}, age(e.xmin) <= age(h.horizon) as is_unsettled, true as is_last
            from obs.run_event_logs e
            where {_OF_RUN} and %(horizon)s::text is null
            order by e.received_at desc, e.ts desc, e.seq desc, e.event_id desc
            limit %(last)s
        )
        union all
        select {_COLUMNS}, age(e.xmin) <= age(h.horizon), false
        from obs.run_event_logs e
        where {_OF_RUN} and age(e.xmin) <= age(coalesce(%(horizon)s::text::xid, h.horizon))
    ) e on true
    order by e.received_at, e.ts, e.seq, e.event_id"""
_HIDDEN = frozenset(("horizon", "is_unsettled", "is_last", "received_at", "seq", "stored_msg"))
LONGEST_WAIT_S = 30.0
_STYLES = {"error": "red", "retry": "yellow", "partial": "yellow", "crashed": "bold red"}


class Reader:
    """The events of a run, each of them once, in the order they arrived.

    A transaction that commits late brings rows that look older than what was shown. So no clock says what is new, but
    the transactions do: rows of any that had not ended at the last look (`horizon`) are looked at again, and those
    shown already left out. So it is after a restart of the server too, over a new `conn`.
    """

    def __init__(self, conn: wire.Connection, run: Mapping[str, Any], last: int) -> None:
        self.conn = conn
        self._asked = {**run, "last": last, "horizon": None}
        self._seen: set[Any] = set()

    def poll(self) -> list[dict[str, Any]]:
        """What has come since the last look; the first time, the last rows there are."""
        found = self.conn.execute(_EVENTS.encode(), self._asked)
        names = [column.name for column in found.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in found]
        first = self._asked["horizon"] is None
        self._asked["horizon"] = rows[0]["horizon"]
        events = [row for row in rows if row["event_id"] is not None]
        fresh = [row for row in events if row["event_id"] not in self._seen and (row["is_last"] or not first)]
        self._seen = {row["event_id"] for row in events if row["is_unsettled"]}
        return fresh


def tail(
    run: Annotated[
        str | None, typer.Argument(metavar="[RUN]", help="The run's id; else the newest, a running one first.")
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until the run ends, or Ctrl-C.")] = False,
    last: Annotated[int, typer.Option("-n", "--last", help="So many events to begin with.", min=0)] = 20,
    interval: Annotated[float, typer.Option(help="Seconds between two looks.", min=0.05, max=3600)] = 1.0,
    tenant: Tenant = None,
    json: AsJson = False,
    dsn: Dsn = None,
) -> int:
    """Show the last events of a run, and with --follow each new one as it arrives, once.

    Times are UTC. Of very long runs it looks less often, so that looking takes a tenth of the time at most.
    While it follows, a restart of the database is waited for.

    Example: obs tail --follow --dsn postgresql://oncall@localhost/pipeline
    """
    with ExitStack() as stack:
        conn = stack.enter_context(opened(dsn))
        found = _find(conn, run, tenant)
        reader = Reader(conn, found, last)
        status, is_gone = _state(conn, found)
        begin = clock(found["started_at"])
        note(f"run {found['run_id']} of tenant {found['tenant_id']}, {found['kind']}, started {begin} UTC: {status}")
        if is_gone:
            note("raw events of this run are gone or thinned: numbers are in `obs timeline` and `obs explain`")
        began = time.monotonic()
        _print(reader.poll(), json)
        while follow:
            # The status first: what was stored before the end is then seen by the last look.
            follow = status == "running"
            time.sleep(max(interval, 9 * (time.monotonic() - began)))
            try:
                seen_status, _ = _state(reader.conn, found)
                began = time.monotonic()
                events = reader.poll()
            except psycopg.OperationalError as error:
                if not _is_away(reader.conn, error):
                    raise
                reader.conn, follow = _back(stack, dsn), True
                continue
            status = seen_status
            _print(events, json)
            if follow and status != "running":
                note(f"run {found['run_id']} ended: {status}")
    return 0


def _is_away(conn: wire.Connection, error: psycopg.Error) -> bool:
    """The server has ended the session or is gone, whatever was asked."""
    return conn.closed or (error.sqlstate or "").startswith("57P")


def _back(stack: ExitStack, dsn: str | None) -> wire.Connection:
    """A new connection, as soon as there can be one."""
    note("the database is away: waiting until it is back")
    stack.close()
    wait = 0.25
    while True:
        time.sleep(wait)
        try:
            return stack.enter_context(opened(dsn))
        except psycopg.OperationalError:
            wait = min(2 * wait, LONGEST_WAIT_S)


def _find(conn: wire.Connection, run: str | None, tenant: str | None) -> dict[str, Any]:
    rows = conn.execute(_RUN.encode(), {"run": run, "tenant": tenant}).fetchall()
    if not rows and run is None:
        raise Trouble("there is no run yet among your tenants")
    if not rows:
        raise Trouble(f"run '{run}' is not known among your tenants (OB002): `obs tail` shows the newest")
    if run is not None and len(rows) > 1:
        raise Trouble(f"run id '{run}' names runs of several of your tenants (OB004): say which one with --tenant")
    return dict(zip(("tenant_id", "run_id", "run_day", "kind", "started_at"), rows[0], strict=True))


def _state(conn: wire.Connection, run: Mapping[str, Any]) -> tuple[str, bool]:
    row = conn.execute(_STATE.encode(), run).fetchone()
    if row is None:
        raise Trouble(f"run '{run['run_id']}' is gone: it was discarded, or this login may no longer see it")
    return str(row[0]), bool(row[1])


def _print(events: list[dict[str, Any]], json: bool) -> None:
    console = Console(highlight=False) if sys.stdout.isatty() else None
    for event in events:
        if json:
            typer.echo(as_json({name: value for name, value in event.items() if name not in _HIDDEN}))
            continue
        text = _line(event)
        if console:
            console.print(Text(text, _STYLES.get(str(event["status"]), "")), soft_wrap=True)
        else:
            typer.echo(text)
    sys.stdout.flush()


def _line(event: Mapping[str, Any]) -> str:
    """Only what is there, in one line."""
    cost = "" if event["cost_usd"] is None else f"{event['cost_usd']:f} USD"
    words = (
        event["stage"], event["event"], event["status"], event["company_id"], event["vendor"], event["model"],
        took(event["duration_ms"]), cost, event["error_code"], event["error_msg"],
    )  # fmt: skip
    return "  ".join(
        [clock(event["ts"], 3), *(plain(" ".join(str(word).split())) for word in words if word not in (None, ""))]
    )
