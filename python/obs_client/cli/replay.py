"""`obs replay`"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .. import replaying
from .database import Dsn, checked
from .output import complain
from .trouble import Trouble


def replay(
    spool_dir: Annotated[Path, typer.Option("--spool-dir", help="Where the client keeps its log files.")] = Path(
        ".logs"
    ),
    dsn: Dsn = None,
) -> int:
    """Send what dead processes left in the client's spool.

    Exactly the lines that the database has not answered are sent.

    Example: obs replay --spool-dir /srv/pipeline/.logs
    """
    if not spool_dir.is_dir():
        raise Trouble(f"{spool_dir}: no such directory; name the client's spool with --spool-dir")
    done = replaying.replay(checked(dsn), spool_dir, complain)
    typer.echo(
        f"{done.files} files, {done.lines} lines: {done.accepted} accepted, {done.duplicate} duplicate, "
        f"{done.quarantined} quarantined, {done.rejected} rejected, {done.unreadable} unreadable"
    )
    return 1 if done.quarantined or done.rejected else 0
