"""Rows of a run for people and for programs: a coloured table on a terminal, else tabs; or JSON, one object a line."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from decimal import Decimal
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .. import shown, wire
from .output import note, plain

Run = Annotated[str, typer.Argument(metavar="RUN", help="The run's id.", show_default=False)]
Tenant = Annotated[str | None, typer.Option("--tenant", help="Where several tenants have a run of that id.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


def objects(conn: wire.Connection, query: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows by column; what the database notes meanwhile goes to stderr."""
    conn.add_notice_handler(lambda diagnostic: note(f"obs: {diagnostic.message_primary}"))
    found = conn.execute(query.encode(), params)
    names = [column.name for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found]


def as_json(row: Mapping[str, Any]) -> str:
    """One line, ASCII, so that nothing in it can order the terminal about."""
    return json.dumps({name: _native(value) for name, value in row.items()}, ensure_ascii=True, default=str)


def show(head: Sequence[str], rows: Sequence[Sequence[object]], styles: Sequence[str] | None = None) -> None:
    """A table on a terminal, a row in the style of its place; else the cells between tabs, without a head."""
    cells = [["" if value is None else str(value) for value in row] for row in rows]
    if not sys.stdout.isatty():
        for row in cells:
            typer.echo("\t".join(plain(" ".join(cell.split())) for cell in row))
        return
    made = Table(box=None, pad_edge=False, header_style="dim")
    for name in head:
        made.add_column(name, overflow="fold")
    for place, row in enumerate(cells):
        made.add_row(*(Text(plain(cell)) for cell in row), style=styles[place] if styles else "")
    Console(highlight=False).print(made)


def clock(moment: datetime | None, digits: int = 0) -> str:
    """A moment in UTC, to the second or with as many milliseconds' digits."""
    if moment is None:
        return ""
    text = moment.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M:%S.%f")
    return text[: 20 + digits] if digits else text[:19]


def took(duration_ms: int | None) -> str:
    """Milliseconds as people say them."""
    return "" if duration_ms is None else shown.milliseconds(duration_ms)


def _native(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
