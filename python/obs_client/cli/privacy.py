"""`obs privacy audit`"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict
from datetime import datetime, timezone
from typing import Annotated, Any

import typer

from ..log_audit import LogAuditError, LogReport, audit_logs, check
from .database import Dsn, opened
from .output import complain, counted, note, table
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
        list[str] | None,
        typer.Option("--logs", metavar="DIR", help="Look through these log files as well, plain or gzip."),
    ] = None,
    tenant: Annotated[str | None, typer.Option(help="The rows of this tenant alone.")] = None,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Leave out event days before this one.")] = None,
    logs_only: Annotated[bool, typer.Option("--logs-only", help="Do not ask a database.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The whole report, as JSON.")] = False,
    dsn: Dsn = None,
) -> int:
    """Read every text of the schema, and of log files, for personal data and secrets, and try every rule of redaction.

    Exit status 1 when anything was found, or a made-up identity was let through; 2 when nothing was found, but a log
    file could not be read, or there was none. Values are never shown.

    Example: obs privacy audit --logs /var/log/pipeline
    """
    if logs_only and not logs:
        raise Trouble("which log files? obs privacy audit --logs-only --logs DIR")
    try:
        paths = check(logs or [])
    except LogAuditError as error:
        raise Trouble(str(error)) from None
    begin = _moment(since)
    stored: dict[str, Any] | None = None
    if not logs_only:
        with opened(dsn) as conn:
            row = conn.execute("select obs.privacy_audit(%s, %s::timestamptz)", (tenant, begin)).fetchone()
            stored = row[0] if row else None
    looked = audit_logs(paths, secrets.token_hex(8)) if paths else None
    if as_json:
        report = {"database": stored, "logs": {**asdict(looked), "verdict": looked.verdict} if looked else None}
        typer.echo(json.dumps(report, indent=2, ensure_ascii=True))
    else:
        _show(stored, looked)
    verdicts = {stored["verdict"] if stored else "clean", looked.verdict if looked else "clean"}
    return 1 if "dirty" in verdicts else 2 if "incomplete" in verdicts else 0


def _moment(since: str | None) -> datetime | None:
    """Midnight UTC of a date; a time without zone is UTC too."""
    if since is None:
        return None
    try:
        moment = datetime.fromisoformat(since.strip())
    except ValueError:
        raise Trouble(f"--since {since}: it takes a date such as 2026-03-01") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


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
        note(
            f"database: {counted(stored['findings_total'], 'finding')}, {stored['verdict']}, {stored['duration_ms']} ms"
        )
    if looked is not None:
        _found(("file", "line", "kind"), [(one["file"], one["line"], one["kind"]) for one in looked.findings])
        _canaries("logs", looked.planted, looked.planted - len(looked.missed), looked.missed)
        for one in looked.unread:
            complain(f"not read: {one}")
        if looked.unread_total > len(looked.unread):
            complain(f"{looked.unread_total - len(looked.unread)} more were not read")
        read = f"{counted(looked.files, 'file')}, {counted(looked.lines, 'line')}"
        note(f"logs: {read}, {counted(looked.findings_total, 'finding')}, {looked.verdict}")


def _found(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    if rows:
        typer.echo("")
        table(head, rows)


def _canaries(where: str, planted: int, caught: int, missed: list[str]) -> None:
    note(f"{where}: {caught} of {planted} canaries caught")
    if missed:
        complain(f"{where}: redaction lets through: {', '.join(missed)}")
