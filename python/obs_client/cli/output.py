"""What the command line writes: tables on stdout, everything that is wrong on stderr."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer


def plain(text: str) -> str:
    """The text without what a terminal would obey: ids and messages may come from files that anybody wrote."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def counted(number: int, what: str) -> str:
    """`1 line`, `2 lines`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def complain(text: str) -> None:
    """One line about what is wrong."""
    print(f"obs: {plain(' '.join(text.split()))}", file=sys.stderr)


def note(text: str) -> None:
    """One line that belongs to no table."""
    print(plain(text), file=sys.stderr)


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Rows below their head; numbers stand right."""
    cells = [list(head), *[["" if value is None else plain(str(value)) for value in row] for row in rows]]
    widths = [max(len(row[place]) for row in cells) for place in range(len(head))]
    right = [all(isinstance(row[place], int | None) for row in rows) for place in range(len(head))]
    for row in cells:
        padded = [
            cell.rjust(width) if to_the_right else cell.ljust(width)
            for cell, width, to_the_right in zip(row, widths, right, strict=True)
        ]
        typer.echo("  ".join(padded).rstrip())
