"""`obs demo`"""

from __future__ import annotations

from typing import Annotated

import typer


def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Leave the server running, to look around.")] = False,
) -> int:
    """Show obs at work, in a database of its own.

    A pipeline runs three nights for two tenants; then their numbers are shown.

    Example: obs demo --keep
    """
    from ..demo import run_demo

    return run_demo(keep=keep)
