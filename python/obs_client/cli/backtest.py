"""`obs backtest`"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

import psycopg
import typer
from psycopg.types.json import Jsonb

from .database import Dsn, opened
from .output import complain, table
from .trouble import Trouble, sentence

_SPAN = re.compile(r"([1-9]\d{0,4})(m|h|d|w)")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

# What is told of the machine's moves: an alert begins, changes its severity, ends.
_MOVES = """select b.at, b.tenant_id, b.subject,
        case when b.to_state = 'firing' then 'fires ' || b.severity else b.to_state end, b.value, b.threshold, b.reason
    from obs.backtest(%(code)s, %(since)s, %(until)s, %(numbers)s, %(tenant)s) b
    where b.to_state = 'resolved' or (b.to_state = 'firing' and b.from_state not in ('firing', 'recovering'))
        or b.reason in ('escalated', 'milder')"""
_SWEEP = """select s.value, s.firings, s.resolutions, s.still_open, s.median_duration, s.notifications_per_week
    from obs.backtest_sweep(%(code)s, %(name)s, %(values)s::numeric[], %(since)s, %(until)s, '{}', %(tenant)s) s"""


def backtest(
    code: Annotated[str, typer.Argument(metavar="CODE", help="The alert, e.g. CR-02.", show_default=False)],
    since: Annotated[str, typer.Option(help="How far back: 90m, 12h, 30d, 8w, or a moment.", metavar="SPAN")] = "30d",
    until: Annotated[
        str | None, typer.Option(help="Where to end, likewise.", metavar="SPAN", show_default="now")
    ] = None,
    tenant: Annotated[str | None, typer.Option(help="This tenant alone.", show_default="all of yours")] = None,
    set_: Annotated[
        str | None,
        typer.Option(
            "--set", metavar="NAME=VALUE[,VALUE...]", help="Try other numbers of the rule.", show_default=False
        ),
    ] = None,
    dsn: Dsn = None,
) -> int:
    """Show what a rule raised, or with other numbers would have raised, from what was observed.

    One value after --set lists the moves by it, several compare them in a sweep. Numbers: threshold, escalate_at,
    min_sample, for_s, keep_firing_s, flap_window_s, repeat_s, group_interval_s, enabled.

    Exit status 1 when there is no such alert.

    Example: obs backtest CR-02 --since 30d --set threshold=0.25,0.3,0.35
    """
    name, values = _numbers(set_)
    one = values[0] if len(values) == 1 else None
    asked: dict[str, Any] = {
        "code": code, "since": _moment(since), "until": until and _moment(until), "tenant": tenant,
        "name": name, "values": [None, *values], "numbers": Jsonb({}) if one is None else Jsonb({name: float(one)}),
    }  # fmt: skip
    with opened(dsn) as conn:
        try:
            moves = conn.execute(_MOVES, asked).fetchall()
            sweep = conn.execute(_SWEEP, asked).fetchall()
        except psycopg.Error as error:
            if error.sqlstate != "OB011":
                raise
            complain(sentence(error))
            return 1
    typer.echo(f"{code} since {_shown(asked['since'])}, {'as it was' if one is None else f'{name}={one}'}")
    if moves:
        table(
            ("at", "tenant", "subject", "move", "value", "threshold", "reason"),
            [(_shown(at), *rest[:3], *map(_shown, rest[3:5]), rest[5]) for at, *rest in moves],
        )
    else:
        typer.echo("nothing fired, nothing was resolved")
    typer.echo("")
    table(
        ("numbers", "firings", "resolutions", "still open", "median", "messages a week"),
        [("as it was" if value is None else f"{name}={_shown(value)}", *map(_shown, rest)) for value, *rest in sweep],
    )
    return 0


def _moment(text: str) -> datetime:
    """A moment in the past, as a span before now or written out."""
    if found := _SPAN.fullmatch(text.strip()):
        return datetime.now(timezone.utc) - timedelta(**{_UNITS[found[2]]: int(found[1])})
    try:
        moment = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError:
        raise Trouble(f"{text!r} is no time: write 90m, 12h, 30d, 8w or 2026-03-02T01:00+00:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _numbers(text: str | None) -> tuple[str, list[Decimal]]:
    """Name and values of --set."""
    if text is None:
        return "threshold", []
    name, _, values = text.partition("=")
    try:
        found = [Decimal(value) for value in values.split(",")]
    except InvalidOperation:
        found = []
    if not name or not found or not all(value.is_finite() for value in found):
        raise Trouble(f"--set {text}: write a number's name and its values, e.g. --set threshold=0.25,0.3,0.35")
    return name.strip(), found


def _shown(value: Any) -> Any:
    """A cell as people read it: seconds are enough, no zeros at the end of a number."""
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M:%SZ")
    if isinstance(value, timedelta):
        return str(timedelta(seconds=round(value.total_seconds())))
    if isinstance(value, Decimal):
        return f"{round(value, 4).normalize():f}"
    return value
