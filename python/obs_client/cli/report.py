"""`obs report`"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .. import wire
from . import files
from .database import Dsn, opened
from .output import complain, note, plain
from .trouble import Trouble

if TYPE_CHECKING:
    from ..report import Report

_NEEDS = "reports need more packages: pip install '.[report]' in the source tree"
_ENDINGS = {".html": "html", ".htm": "html", ".md": "md", ".markdown": "md", ".pdf": "pdf"}
_PACKAGES = ("jinja2", "lxml", "markupsafe", "pygal", "reportlab", "svglib")


def report(
    run: Annotated[str | None, typer.Argument(metavar="[RUN]", help="The run's id.", show_default=False)] = None,
    last_night: Annotated[
        bool, typer.Option("--last-night", help="All nightly runs of the last night, of each tenant.")
    ] = False,
    html: Annotated[bool, typer.Option("--html", help="A page with charts, in one file; the default.")] = False,
    md: Annotated[bool, typer.Option("--md", help="Markdown, without charts.")] = False,
    pdf: Annotated[bool, typer.Option("--pdf", help="PDF, A4.")] = False,
    tenant: Annotated[str | None, typer.Option(help="Of this tenant alone.", show_default="all of yours")] = None,
    out: Annotated[str | None, typer.Option(metavar="FILE", help="Where to.", show_default="stdout")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a FILE that is there.")] = False,
    mail: Annotated[
        list[str] | None,
        typer.Option("--mail", metavar="ADDRESS", help="Mail the last night instead, once; repeatable."),
    ] = None,
    when_over: Annotated[
        bool, typer.Option("--when-over", help="Mail only nights of which nothing is outstanding.")
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="Mail a night that was mailed before once more.")] = False,
    config: Annotated[
        str | None, typer.Option("--config", metavar="FILE", help="The forwarder's, whose mail server sends it.")
    ] = None,
    dsn: Dsn = None,
) -> int:
    """Write a report of a run, or of the last night: one file that needs nothing else.

    Numbers, stages, vendors, quality, alerts, first error, what changed against the last good run, objectives. A night
    is from noon to noon by the tenant's clock. With --mail each goes to these addresses once, whoever else sends.

    Example: obs report --last-night --out night.html
    """
    chosen = [form for form, asked in (("html", html), ("md", md), ("pdf", pdf)) if asked]
    if len(chosen) > 1:
        raise Trouble("which form? One of --html, --md and --pdf")
    if (run is None) != last_night:
        raise Trouble("which run? Write obs report RUN, or obs report --last-night")
    if mail:
        if run is not None or out is not None:
            raise Trouble("--mail goes with --last-night, and not with a RUN or --out")
        return _mail(mail, tenant, chosen[0] if chosen else "html", when_over, again, config, dsn)
    if again or when_over or config:
        raise Trouble("--when-over, --again and --config go with --mail")
    form = chosen[0] if chosen else _by_name(out)
    if out is not None:
        files.free(Path(out), force)
    elif form == "pdf" and sys.stdout.isatty():
        raise Trouble("a PDF is nothing for a terminal: name a file with --out")
    _need_packages(form)
    from .. import report as reporting

    with opened(dsn) as conn:
        made = _read(conn, run, tenant)
    data = reporting.rendered(made, form)
    if out is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        size = files.write(Path(out), [data], force)
        note(f"{size} bytes in {out}")
    if made.is_empty:
        note("there was no run last night")
        for part in made.tenants:
            if part.night:
                note(plain(f"{part.tenant_id}: {reporting.night_line(part.night)}"))
    return 0


def _read(conn: wire.Connection, run: str | None, tenant: str | None) -> Report:
    from .. import report as reporting
    from ..report.content import UnknownTenantError

    try:
        if run is not None:
            return reporting.of_run(conn, run, tenant)
        return reporting.of_last_night(conn, tenant)
    except UnknownTenantError as error:
        raise Trouble(str(error)) from None


def _mail(
    to: list[str], tenant: str | None, form: str, when_over: bool, again: bool, config: str | None, dsn: str | None
) -> int:
    try:
        from ..forward import ConfigError, load, nights
        from ..forward.channels.base import Refused, TryLater

        loaded = load(config)
        plan = nights.NightReport(nights.mail_channel(loaded.channels), nights.addresses(to), form)
    except ImportError as error:
        if (error.name or "").split(".")[0] not in ("httpx", "slack_sdk", "apprise", "tomli"):
            raise
        raise Trouble("mailing needs more packages: pip install '.[forward,report]' in the source tree") from None
    except ConfigError as error:
        raise Trouble(str(error)) from None
    for warning in loaded.warnings:
        complain(warning)
    _need_packages(form)
    with opened(dsn) as conn:
        if tenant and not conn.execute(b"select 1 from obs.tenants where tenant_id = %s", (tenant,)).fetchone():
            raise Trouble(f"there is no tenant {plain(tenant)!r} among yours")
        try:
            sent = nights.send(conn, plan, tenant, when_over, again)
        except (Refused, TryLater) as error:
            perhaps = ": perhaps it was sent; --again sends it once more" if getattr(error, "perhaps_sent", 0) else ""
            raise Trouble(f"the report was not mailed: {error}{perhaps}") from None
    for name, night in sent.items():
        typer.echo(f"{plain(name)}\t{night}")
    if not sent:
        note("nothing to mail: each night was mailed to them before, or is not over")
    return 0


def _by_name(out: str | None) -> str:
    """The form that a file's name asks for."""
    if out is None:
        return "html"
    form = _ENDINGS.get(Path(out).suffix.lower())
    if form is None and not Path(out).is_dir() and not Path(out).is_char_device():
        raise Trouble(f"which form is {plain(out)}? Its name ends in .html, .md or .pdf, or say --html, --md or --pdf")
    return form or "html"


def _need_packages(form: str) -> None:
    try:
        importlib.import_module("obs_client.report")
        if form == "pdf":
            importlib.import_module("obs_client.report.paper")
    except ImportError as error:
        if (error.name or "").split(".")[0] not in _PACKAGES:
            raise
        raise Trouble(_NEEDS) from None
