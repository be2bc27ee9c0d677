"""`obs demo`"""

from __future__ import annotations

from typing import Annotated

import typer

from .serve import PACKAGES
from .trouble import Trouble

_PACKAGES = (*PACKAGES, "aiosmtpd", "apprise", "httpx", "slack_sdk", "tomli")


def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Leave the server running, to look around.")] = False,
) -> int:
    """Show obs at work, in a database of its own.

    A pipeline runs three nights for two tenants, and its alerts are told to a Slack and a mailbox on this machine.
    Then their numbers are shown, what was told, and one message. In a terminal its pages are served until Ctrl-C, with
    tokens to log in; elsewhere, and with --keep, the demo tries them and ends by itself.

    Example: obs demo --keep
    """
    try:
        from ..demo import run_demo
    except ImportError as error:
        if (error.name or "").split(".")[0] not in _PACKAGES:
            raise
        raise Trouble("the demo needs more packages: pip install '.[embedded]' in the source tree") from None

    return run_demo(keep=keep)
