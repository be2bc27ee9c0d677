"""`obs export`"""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from .. import export as exporting
from .database import Dsn, opened
from .files import free, write
from .output import note
from .qa import write_samples
from .trouble import Trouble


def export(
    run: Annotated[str | None, typer.Argument(metavar="[RUN]", help="The run's id.", show_default=False)] = None,
    tenant: Annotated[str | None, typer.Option(help="The run's tenant, where ids repeat.", show_default=False)] = None,
    out: Annotated[str | None, typer.Option(metavar="FILE", help="Where to.", show_default="stdout")] = None,
    samples: Annotated[
        bool, typer.Option("--qa", help="QA samples instead, reviewed ones too; without a RUN of all runs.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a FILE that is there.")] = False,
    dsn: Dsn = None,
) -> None:
    """Write a run's raw events to a CSV file, in the order of their time.

    Cells that a spreadsheet would run as a formula begin with an apostrophe. Events leave after retention_days; then
    there is nothing to export. FILE appears when it is whole.

    Example: obs export acme-2026-03-02 --out events.csv
    """
    if out is not None and not samples:
        free(Path(out), force)
    with opened(dsn) as conn:
        if samples:
            write_samples(conn, out, run, tenant, True, force)
            return
        if run is None:
            raise Trouble("which run? Write obs export RUN, or obs export --qa for the samples of QA")
        with closing(exporting.run_events(conn, run, tenant)) as pieces:
            if out is None:
                for piece in pieces:
                    sys.stdout.buffer.write(piece)
                sys.stdout.buffer.flush()
                return
            size = write(Path(out), pieces, force)
    note(f"{size} bytes in {out}")
