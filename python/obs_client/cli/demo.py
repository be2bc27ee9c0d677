"""`obs demo`"""

from __future__ import annotations

from typing import Annotated

import typer


def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Leave the server running, to look around.")] = False,
) -> int:
    """Show obs at work: a database of its own, a pipeline's three nights for two tenants, and their numbers.

    Example: obs demo --keep
    """
    from ..demo import run_demo

    return run_demo(keep=keep)
