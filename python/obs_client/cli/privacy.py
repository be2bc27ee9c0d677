"""`obs privacy audit`"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from ..log_audit import LogAuditError, LogReport, audit_logs
from .database import Dsn, opened
from .output import complain, note, table
from .trouble import Trouble

app = typer.Typer(name="privacy", no_args_is_help=True)


@app.callback()
def _verbs() -> None:
    """Prove what is, and is not, stored.

    Example: obs privacy audit --logs .logs
    """


@app.command("audit")
def audit(
    logs: Annotated[
        list[Path] | None,
        typer.Option("--logs", metavar="DIR", help="Look through these log files as well, plain or gzip."),
    ] = None,
    tenant: Annotated[str | None, typer.Option(help="The rows of this tenant alone.")] = None,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Leave out event days before this one.")] = None,
    logs_only: Annotated[bool, typer.Option("--logs-only", help="Do not ask a database.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The whole report, as JSON.")] = False,
    dsn: Dsn = None,
) -> int:
    """Read every text of the schema, and of log files, for personal data and secrets, and try every rule of redaction.

    Exit status 1 when anything was found, or a made-up identity was let through. Values are never shown.

    Example: obs privacy audit --logs /var/log/pipeline
    """
    if logs_only and not logs:
        raise Trouble("which log files? obs privacy audit --logs-only --logs DIR")
    stored: dict[str, Any] | None = None
    if not logs_only:
        with opened(dsn) as conn:
            row = conn.execute("select obs.privacy_audit(%s, %s::timestamptz)", (tenant, since)).fetchone()
            stored = row[0] if row else None
    try:
        looked = audit_logs(logs, secrets.token_hex(8)) if logs else None
    except LogAuditError as error:
        raise Trouble(str(error)) from None
    if as_json:
        report = {"database": stored, "logs": {**asdict(looked), "verdict": looked.verdict} if looked else None}
        typer.echo(json.dumps(report, indent=2, ensure_ascii=True))
    else:
        _show(stored, looked)
    dirty = (stored is not None and stored["verdict"] != "clean") or (looked is not None and looked.verdict != "clean")
    return 1 if dirty else 0


def _show(stored: dict[str, Any] | None, looked: LogReport | None) -> None:
    if stored is not None:
        rows = [(one["table"], one["rows"], one["cells"]) for one in stored["tables"] if one["rows"]]
        table(("table", "rows", "cells"), [*rows, ("all", stored["rows_scanned"], stored["cells_scanned"])])
        _found(
            ("table", "column", "kind", "rows", "first row"),
            [
                (one["table"], one["column"], one["kind"], one["rows"], json.dumps(one["key"]))
                for one in stored["findings"]
            ],
        )
        canaries = stored["canaries"]
        _canaries("database", canaries["planted"], canaries["caught"], canaries["missed"])
        for one in stored["excluded"]:
            if one["reason"].startswith("random"):
                note(f"not read: {one['table']}.{', '.join(one['columns'])}: {one['reason']}")
        note(f"database: {stored['findings_total']} findings, {stored['verdict']}, {stored['duration_ms']} ms")
    if looked is not None:
        _found(("file", "line", "kind"), [(one["file"], one["line"], one["kind"]) for one in looked.findings])
        _canaries("logs", looked.planted, looked.planted - len(looked.missed), looked.missed)
        note(f"logs: {looked.files} files, {looked.lines} lines, {looked.findings_total} findings, {looked.verdict}")


def _found(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    if rows:
        typer.echo("")
        table(head, rows)


def _canaries(where: str, planted: int, caught: int, missed: list[str]) -> None:
    note(f"{where}: {caught} of {planted} canaries caught")
    if missed:
        complain(f"{where}: redaction lets through: {', '.join(missed)}")
