"""`obs reconcile`"""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby
from typing import Annotated, Any

import typer

from ..reconcile import LIMIT_PCT, Finding, Reconciliation
from ..reconcile import reconcile as compare
from .database import Dsn, checked, opened
from .output import complain, plain, table
from .trouble import Trouble

_RECORD = "select obs.set_metric(p_run_id => %s, p_name => 'reconcile_gap', p_value => %s, p_tenant_id => %s)"
SUMS = ("cost_usd", "tokens_input", "tokens_output")
MEASURES = {
    "stage": ("count_total", "count_success", "count_error", "count_retry", *SUMS),
    "vendor": ("calls", "errors", "rate_limit_hits", "quota_hits", *SUMS),
}


def reconcile(
    run: Annotated[str, typer.Argument(metavar="RUN", help="The run's id.", show_default=False)],
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="All log files of the run.", show_default=False)
    ],
    tenant: Annotated[str | None, typer.Option("--tenant", help="Where several tenants have a run of that id.")] = None,
    record: Annotated[
        bool, typer.Option("--record", help="Note the gap on the run: RC-12 judges it. Needs obs_writer too.")
    ] = False,
    dsn: Dsn = None,
) -> int:
    """Hold log files against the database, event by event.

    Every event of a run is looked up by its id, every total is counted again from the files.

    Exit status 1 when more than 2 % of the events differ, any total is off by more than 2 %, or a line cannot be
    read.

    Example: obs reconcile 5001 --dsn postgresql://ops@localhost/pipeline .logs/night.log night.log.1.gz
    """
    unread: list[str] = []
    results = compare(checked(dsn), files, run, tenant, unread.append)
    if not results:
        named = f"run {run} of tenant {tenant}" if tenant else f"run {run}"
        raise Trouble(f"none of the files has a line of {named}: name the files that do")
    for result in results:
        show(result)
    if record:
        with opened(dsn) as conn:
            for result in results:
                conn.execute(_RECORD, (result.run_id, gap(result), result.tenant_id))
    for text in unread:
        complain(text)
    return 0 if not unread and all(result.within_limit for result in results) else 1


def gap(result: Reconciliation) -> Decimal:
    """How far files and database are apart, 0 to 1: by events or by the worst total, whichever is more."""
    return max(100 - result.match_pct, result.worst_off_pct) / 100


def show(result: Reconciliation) -> None:
    """One run: the verdict, the totals, and each event on which the two disagree."""
    counts = result.counts
    typer.echo(
        f"run {plain(result.run_id)} of tenant {plain(result.tenant_id)}: {counts['listed']} events in the files, "
        f"{counts['stored']} in the database; match {result.match_pct} %, worst total off by {result.worst_off_pct} %"
    )
    if gone := [f"{counts[name]} {name}" for name in ("thinned", "dropped") if counts[name]]:
        typer.echo(f"gone on purpose, their numbers kept: {', '.join(gone)}")
    for scope, rows in groupby(result.totals, lambda row: row["scope"]):
        typer.echo("")
        table((scope, *MEASURES[scope]), _lines(scope, list(rows)))
    if result.findings:
        typer.echo("")
        table(("event", "where", "event_id", "what"), [_named(one) for one in result.findings])
    for verdict in ("missing", "extra", "differing", "quarantined"):
        named = sum(one.verdict == verdict for one in result.findings)
        if counts[verdict] > named:
            typer.echo(f"… and {counts[verdict] - named} more {verdict}")
    typer.echo("")
    typer.echo(f"within {LIMIT_PCT} %" if result.within_limit else f"NOT within {LIMIT_PCT} %")


def _lines(scope: str, rows: list[dict[str, Any]]) -> list[list[str]]:
    lines = []
    for name, numbers in groupby(rows, lambda row: row["name"]):
        by_measure = {row["measure"]: row for row in numbers}
        lines.append([name, *[_cell(by_measure.get(measure)) for measure in MEASURES[scope]]])
    return lines


def _cell(row: dict[str, Any] | None) -> str:
    """One number when file and database agree, else both."""
    if row is None:
        return ""
    stored, expected = _digits(row["stored"]), row["expected"]
    if expected is None:
        return f"{stored} (priced, not comparable)"
    return stored if row["off_pct"] == 0 else f"{_digits(expected)} in files, {stored} stored ({row['off_pct']} %)"


def _named(one: Finding) -> tuple[str, str, str, str]:
    where = f"{one.place[0]}:{one.place[1]}" if one.place else "only in the database"
    known = one.listed or one.stored
    what = " ".join(str(known[name]) for name in ("stage", "vendor", "kind", "status") if known.get(name))
    if one.fields:
        pairs = [
            f"{name} {_digits(one.listed.get(name))}, stored {_digits(one.stored.get(name))}" for name in one.fields
        ]
        what = f"{what}: {'; '.join(pairs)}"
    if one.reason:
        what = f"{what}: {one.reason}"
    return one.verdict, where, one.event_id, what


def _digits(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)
