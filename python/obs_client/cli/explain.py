"""`obs explain`"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from typing import Annotated, Any

import typer

from .database import Dsn, opened
from .listing import AsJson, Run, Tenant, as_json, objects, show, took
from .output import note, plain

_EXPLAIN = "select * from obs.explain(p_run_id => %(run)s, p_tenant_id => %(tenant)s, p_against => %(against)s)"
_CHANGES = """select c.what
    from obs.enrichment_runs r
    cross join lateral obs._run_changes(r, coalesce(r.ended_at, obs.now()), %(against)s) c
    where r.run_id = %(run)s and (%(tenant)s::text is null or r.tenant_id = %(tenant)s)
    order by c.at, c.what"""
_TITLES = {
    "cost_usd": "cost, USD",
    "duration_ms": "duration",
    "errors": "failed items",
    "call_errors": "failed vendor calls",
}


def explain(
    run: Run,
    against: Annotated[
        str | None, typer.Option(metavar="RUN", help="An earlier run.", show_default="the last one that succeeded")
    ] = None,
    top: Annotated[int, typer.Option(help="So many parts of each measure, the rest as one.", min=1)] = 10,
    tenant: Tenant = None,
    json: AsJson = False,
    dsn: Dsn = None,
) -> None:
    """Show what changed against an earlier run: cost, duration and errors, in parts that add up to the difference.

    Of costs: volume (more calls), price (of a call), mix (calls that went to another model) and retries.

    Example: obs explain acme-2026-03-02 --against acme-2026-03-01
    """
    asked = {"run": run, "tenant": tenant, "against": against}
    with opened(dsn) as conn:
        rows = objects(conn, _EXPLAIN, asked)
        changes = [] if json else [str(what) for (what,) in conn.execute(_CHANGES.encode(), asked)]
    if json:
        for row in rows:
            typer.echo(as_json(row))
        return
    for name, parts in groupby(rows, lambda row: str(row["measure"])):
        _measure(run, name, list(parts), top)
    if rows and any(row["source"] == "rollup" for row in rows if row["measure"] == "cost_usd"):
        note("costs are from stored numbers: raw events of one of the runs are gone")
    for what in changes:
        typer.echo(f"changed: {plain(what)}")
    if not rows and not changes:
        note("nothing changed")


def _measure(run: str, name: str, parts: Sequence[dict[str, Any]], top: int) -> None:
    before, after, against = (parts[0][key] for key in ("total_before", "total_after", "against"))
    typer.echo(
        f"{_TITLES.get(name, name)}: {_amount(name, before)} in run {plain(against)}, "
        f"{_amount(name, after)} in run {plain(run)}, {_signed(name, after - before)}"
    )
    shown = [_line(name, part) for part in parts[:top]]
    if rest := parts[top:]:
        share = None if rest[0]["share"] is None else sum(part["share"] for part in rest)
        shown.append((_percent(share), _signed(name, sum(part["delta"] for part in rest)), f"{len(rest)} more", "", ""))
    show(("share", "difference", "part", "where", "from, to"), shown)


def _line(name: str, part: dict[str, Any]) -> tuple[str, ...]:
    where = " / ".join(str(part[key]) for key in ("stage", "vendor", "model", "error_code") if part[key] is not None)
    return (
        _percent(part["share"]), _signed(name, part["delta"]), str(part["part"]), where,
        f"{_driver(part['unit'], part['before'])} -> {_driver(part['unit'], part['after'])}",
    )  # fmt: skip


def _percent(share: Decimal | None) -> str:
    return "" if share is None else f"{share * 100:.1f} %"


def _amount(name: str, value: Decimal) -> str:
    if name == "duration_ms":
        return took(int(value))
    return f"{value:,.4f}" if name == "cost_usd" else f"{value:,f}"


def _signed(name: str, value: Decimal | int) -> str:
    return ("-" if value < 0 else "+") + _amount(name, abs(Decimal(value)))


def _driver(unit: str, value: Decimal | None) -> str:
    if value is None:
        return "none"
    if unit == "ms":
        return took(int(value))
    if unit == "share of calls":
        return f"{value * 100:.1f} % of charged calls"
    return f"{value:,f} {'charged calls' if unit == 'calls' else unit}"
