"""`obs demo`"""

from __future__ import annotations

from typing import Annotated

import typer

from .trouble import Trouble


def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Leave the server running, to look around.")] = False,
) -> int:
    """Show obs at work, in a database of its own.

    A pipeline runs three nights for two tenants, and its alerts are told to a Slack and a mailbox on this machine.
    Then their numbers are shown, what was told, and one message.

    Example: obs demo --keep
    """
    try:
        from ..demo import run_demo
    except ImportError as error:
        if (error.name or "").split(".")[0] not in ("aiosmtpd", "apprise", "httpx", "slack_sdk", "tomli"):
            raise
        raise Trouble("the demo needs more packages: pip install '.[embedded]' in the source tree") from None

    return run_demo(keep=keep)
