"""`obs import`"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import psycopg
import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from ..importing import ImportOptions, Report, import_files
from .database import Dsn, checked
from .output import complain, counted, note, table
from .trouble import Trouble, sentence

Told = Callable[[int], None]

ENDS = ("success", "partial", "error", "cancelled", "crashed")


def import_(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="JSON lines, plain or gzip; - reads a pipe.")],
    start_missing: Annotated[
        bool, typer.Option("--start-missing", help="Start runs whose run_start is in none of the files.")
    ] = False,
    close_unfinished: Annotated[
        bool,
        typer.Option("--close-unfinished", help="Finish runs without a run_finish, at their last line."),
    ] = False,
    end_status: Annotated[
        str | None,
        typer.Option("--as", metavar="STATUS", help=f"… with this status ({', '.join(ENDS)}); else the stages decide."),
    ] = None,
    dsn: Dsn = None,
) -> int:
    """Import log files; every line counts once.

    It does so however often it comes and whatever its file is called; a killed import is simply started again.
    Rotated files may be given together or one by one. Exit status 1 when a line was left out or quarantined.

    Example: obs import --dsn postgresql://pipeline@localhost/pipeline .logs/*.log night.log.2.gz
    """
    if end_status not in (None, *ENDS):
        raise Trouble(f"--as {end_status}: a run ends as {', '.join(ENDS[:-1])} or {ENDS[-1]}")
    target = checked(dsn)
    with _progress() as (started, advanced):
        options = ImportOptions(
            start_missing=start_missing,
            close_unfinished=close_unfinished or end_status is not None,
            end_status=end_status,
            on_start=started,
            on_bytes=advanced,
        )
        try:
            report = import_files(target, files, options)
        except psycopg.OperationalError as error:
            raise Trouble(f"{sentence(error)}; import the same files again to go on, nothing counts twice") from None
    show(report)
    if report.stopped:
        return 130
    return 0 if report.complete else 1


def show(report: Report) -> None:
    """The numbers on stdout, what is wrong on stderr."""
    table(
        ("tenant", "run", "lines", "accepted", "duplicate", "quarantined"),
        [(run.tenant_id, run.run_id, run.lines, *run.counts[:3]) for run in report.runs.values()],
    )
    typer.echo(f"{counted(report.lines, 'line')} in {report.seconds:.1f} s")
    for line in report.bad:
        complain(f"{line}: left out")
    if report.bad_lines > len(report.bad):
        complain(f"{report.bad_lines - len(report.bad)} more lines were left out")
    for text in report.broken:
        complain(text)
    for run in report.runs.values():
        if run.counts.quarantined:
            complain(f"{run}: {counted(run.counts.quarantined, 'line')} quarantined: {_reasons(run.reasons)}")
        if run.not_closed:
            complain(f"{run} could not be closed: {run.not_closed}")
        elif run.closed_as:
            note(f"{run} had no run_finish: closed as {run.closed_as}")
        elif not run.finished and not report.stopped:
            note(f"{run} has no run_finish in these files: close it with --close-unfinished [--as STATUS]")
    if report.stopped:
        complain("stopped: import the same files again to go on, nothing counts twice")


def _reasons(reasons: dict[str, int]) -> str:
    if reasons.keys() == {"unknown_run"}:
        return "no run_start was seen for this run; import the file that has it, or say --start-missing"
    if not reasons:
        return "for reasons in obs.quarantined_events"
    words = ", ".join(sorted(reasons))
    if "expired" in reasons:
        return (
            f"{words} (raw events of that time are past their window and no longer kept: docs/operations.md, Retention)"
        )
    return f"{words} (docs/concepts.md says what each means)"


@contextmanager
def _progress() -> Iterator[tuple[Told, Told] | tuple[None, None]]:
    """A bar on stderr while somebody looks at it."""
    if not sys.stderr.isatty():
        yield None, None
        return
    columns = (TextColumn("importing"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("import", total=None)

        def started(size: int) -> None:
            progress.update(task, total=size or None)

        def advanced(size: int) -> None:
            progress.update(task, advance=size)

        yield started, advanced
