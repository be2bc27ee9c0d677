"""What the command line writes: tables on stdout, everything that is wrong on stderr."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer


def complain(text: str) -> None:
    """One line about what is wrong."""
    print(f"obs: {' '.join(text.split())}", file=sys.stderr)


def note(text: str) -> None:
    """One line that belongs to no table."""
    print(text, file=sys.stderr)


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Rows below their head; numbers stand right."""
    cells = [list(head), *[["" if value is None else str(value) for value in row] for row in rows]]
    widths = [max(len(row[place]) for row in cells) for place in range(len(head))]
    right = [all(isinstance(row[place], int | None) for row in rows) for place in range(len(head))]
    for row in cells:
        padded = [
            cell.rjust(width) if to_the_right else cell.ljust(width)
            for cell, width, to_the_right in zip(row, widths, right, strict=True)
        ]
        typer.echo("  ".join(padded).rstrip())
