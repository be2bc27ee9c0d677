"""`obs simulate`"""

from __future__ import annotations

import time
from typing import Annotated, Any

import psycopg
import typer

from .. import wire
from .database import Dsn, opened
from .output import complain, table
from .trouble import Trouble, sentence

_CODES = """select r.alert_code from obs.alert_rules r
    where r.condition is not null and not r.is_user_defined order by r.alert_code"""
_DRILL = "select alert_code, alert_id, severity, muted_by, channels from obs.simulate(%s, %s)"
_FATE = """select n.channel, n.state, n.last_error from obs.notifications n
    where n.is_simulation and %s = any(n.alert_ids) order by n.notification_id"""
LOOK_AGAIN = 0.2


def simulate(
    code: Annotated[str | None, typer.Argument(help="The alert, e.g. CR-02.", show_default=False)] = None,
    tenant: Annotated[str | None, typer.Option(help="The tenant whose thresholds and routes are tried.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every alert that is judged, one after the other.")] = False,
    wait: Annotated[int, typer.Option(help="Seconds to wait for a forwarder to send what was told.", min=0)] = 0,
    dsn: Dsn = None,
) -> int:
    """Put a made-up run through the real condition, machine, route and channel, marked [DRILL].

    No number, cost or service level keeps a trace of it. Exit status 1 when a drill raised nothing, was muted, or
    was not sent within --wait.

    Example: obs simulate CR-02 --tenant acme --wait 20
    """
    if tenant is None or (code is None) != every:
        raise Trouble("which alert, and for whom? obs simulate CR-02 --tenant acme, or --all --tenant acme")
    with opened(dsn) as conn:
        codes = [code] if code is not None else [row[0] for row in conn.execute(_CODES)]
        done = [_drill(conn, one, tenant, every) for one in codes]
        until = time.monotonic() + wait
        rows = [(*drill[:4], _fate(conn, drill[1], until) if wait and drill[1] else "not waited for") for drill in done]
    table(("alert", "id", "severity", "channels", "sent"), rows)
    failed = [drill for drill in done if drill[4]]
    for drill in failed:
        complain(f"{drill[0]}: {drill[4]}")
    return 1 if failed or any(row[4].startswith("no") and wait for row in rows) else 0


def _drill(conn: wire.Connection, code: str, tenant: str, lenient: bool) -> tuple[str, Any, str, str, str]:
    """Code, alert id, severity, channels, and what was wrong with it ('' when nothing was)."""
    try:
        found = conn.execute(_DRILL, (code, tenant)).fetchone()
    except psycopg.Error as error:
        if not lenient or error.sqlstate != "55000":
            raise
        return code, None, "", "", sentence(error)
    if found is None:
        raise Trouble(f"obs.simulate did not answer for {code}")
    _, alert, severity, muted_by, channels = found
    return code, alert, severity, ", ".join(channels), f"muted: {muted_by}" if muted_by else ""


def _fate(conn: wire.Connection, alert: int, until: float) -> str:
    """What became of a drill's notifications, at the latest when the time is up."""
    while True:
        states = conn.execute(_FATE, (alert,)).fetchall()
        waiting = [channel for channel, state, _ in states if state in ("waiting", "leased")]
        dead = [f"{channel}: {error or 'given up'}" for channel, state, error in states if state == "dead"]
        if dead:
            return "not sent: " + "; ".join(dead)
        if not waiting or time.monotonic() >= until:
            break
        time.sleep(LOOK_AGAIN)
    if waiting:
        return f"not yet sent to {', '.join(sorted(set(waiting)))}: is obs forward running? see `obs status`"
    return f"{len(states)} of {len(states)}"
