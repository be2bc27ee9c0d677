"""`obs status`"""

from __future__ import annotations

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .database import Dsn, opened
from .output import plain

COLOURS = {"green": "green", "amber": "yellow", "red": "bold red"}


def status(dsn: Dsn = None) -> int:
    """Show whether obs is well, and how to mend what is not.

    Exit status 1 when a check is red.

    Example: obs status --dsn postgresql://ops@localhost/pipeline
    """
    with opened(dsn) as conn:
        rows = conn.execute("select check_name, state, detail, remedy from obs.status()").fetchall()
    if not Console().is_terminal:
        for row in rows:
            typer.echo("\t".join(plain(" ".join(str(value or "").split())) for value in row))
    else:
        Console().print(_table(rows))
    return 1 if any(state == "red" for _, state, _, _ in rows) else 0


def _table(rows: list[tuple[str, str, str | None, str | None]]) -> Table:
    shown = Table(box=None, pad_edge=False, header_style="dim")
    for head in ("check", "state", "detail", "remedy"):
        shown.add_column(head, overflow="fold")
    for check, state, detail, remedy in rows:
        shown.add_row(
            Text(plain(check)),
            Text(state, COLOURS.get(state, "")),
            Text(plain(detail or "")),
            Text(plain(remedy or "")),
        )
    return shown
