"""The report of each night, by mail: `obs report --mail`, and the section [report] of the configuration.

obs.claim_night_mail decides who sends a night, before the letter goes out: at most once, whoever dies meanwhile.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib.util
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.errors import HeaderParseError, MessageDefect
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import TYPE_CHECKING, Any

import psycopg

from .. import errors, wire
from . import text
from .channels.base import Channel, Refused, TryLater
from .options import ConfigError, Options
from .patience import Complaint

if TYPE_CHECKING:
    from ..report import Report
    from .channels.email import Email

FORMS = ("html", "pdf", "md")
PAUSE_SECONDS = 900.0
_TYPES = {"html": ("text", "html"), "pdf": ("application", "pdf"), "md": ("text", "markdown")}
Rests = dict[tuple[str, dt.date], float]
_NIGHTS = """select tenant_id, night from obs.last_night
    where (%(tenant)s::text is null or tenant_id = %(tenant)s) and (is_over or not %(when_over)s) order by tenant_id"""
_CLAIM = "select obs.claim_night_mail(%s, %s, %s)"
_END = "select obs.end_night_mail(%s, %s, %s, %s)"


@dataclass(frozen=True)
class NightReport:
    """Who gets the report of a night, through which mail server, in which form."""

    channel: Email
    to: list[str]
    form: str = "html"


def from_options(channels: Mapping[str, Channel], section: Any) -> NightReport:
    """The section [report] of the configuration."""
    if not isinstance(section, dict):
        raise ConfigError("report must be a section with to, channel and form")
    if any(importlib.util.find_spec(name) is None for name in ("jinja2", "pygal", "reportlab")):
        raise ConfigError("report needs more packages: pip install '.[report]' in the source tree")
    options = Options("report", section)
    channel = mail_channel(channels, options.optional("channel"))
    made = NightReport(channel, addresses(options.texts("to")), options.choice("form", "html", *FORMS))
    options.done()
    return made


def mail_channel(channels: Mapping[str, Channel], name: str | None = None) -> Email:
    """The e-mail channel of that name; without one that named mail, else the only one."""
    from .channels.email import Email

    found = {key: channel for key, channel in channels.items() if isinstance(channel, Email)}
    chosen = found.get(name or "mail") or (next(iter(found.values())) if name is None and len(found) == 1 else None)
    if chosen is None:
        wanted = f"no e-mail channel {name!r}" if name else "no e-mail channel named mail"
        raise ConfigError(f"the configuration has {wanted}: a report goes through a channel of type email")
    return chosen


def addresses(given: list[str]) -> list[str]:
    """E-mail addresses, each as it is; ConfigError for what is none."""
    for one in given:
        try:
            address = Address(addr_spec=one)
        except (ValueError, IndexError, HeaderParseError, MessageDefect):
            raise ConfigError(f"{text.line(one)!r} is no e-mail address") from None
        if not address.domain or not address.username:
            raise ConfigError(f"{text.line(one)!r} is no e-mail address")
    return given


def send(
    conn: wire.Connection,
    plan: NightReport,
    tenant: str | None = None,
    when_over: bool = True,
    again: bool = False,
    rests: Rests | None = None,
) -> dict[str, dt.date]:
    """Mail the last night of the tenants that the login sees, as far as nobody has; which ones went out.

    Refused, TryLater: it did not go out, and may be tried again, unless TryLater.perhaps_sent. `rests`: until when
    (time.monotonic) a tenant's night is not asked for again; who has it may still give it free.
    """
    asked = {"tenant": tenant, "when_over": when_over}
    claimed: dict[str, dt.date] = {}
    rests = {} if rests is None else rests
    try:
        for name, night in conn.execute(_NIGHTS.encode(), asked).fetchall():
            if rests.get((name, night), 0.0) > time.monotonic():
                continue
            if again:
                conn.execute(_END, (name, night, plan.to, False))
            if (conn.execute(_CLAIM, (name, night, plan.to)).fetchone() or (False,))[0]:
                claimed[name] = night
            else:
                rests[name, night] = time.monotonic() + PAUSE_SECONDS
        if claimed:
            _post(conn, plan, tenant, claimed)
    except Exception as error:
        if not (isinstance(error, TryLater) and error.perhaps_sent):
            with contextlib.suppress(psycopg.OperationalError):  # gone with the connection: the claim stays
                _end(conn, plan, claimed, sent=False)
        raise
    _end(conn, plan, claimed, sent=True)
    rests.update(dict.fromkeys(claimed.items(), math.inf))
    return claimed


def _post(conn: wire.Connection, plan: NightReport, tenant: str | None, claimed: dict[str, dt.date]) -> None:
    from .. import report

    made = report.of_last_night(conn, tenant, claimed)
    if {part.tenant_id for part in made.tenants} != claimed.keys():
        raise TryLater("another day has begun meanwhile")
    plan.channel.post(letter(plan, made, report.rendered(made, plan.form), report.brief(made)), plan.to)


def _end(conn: wire.Connection, plan: NightReport, claimed: dict[str, dt.date], sent: bool) -> None:
    for tenant, night in claimed.items():
        conn.execute(_END, (tenant, night, plan.to, sent))


def letter(plan: NightReport, report: Report, attached: bytes, body: str) -> EmailMessage:
    made = EmailMessage()
    made["From"] = plan.channel.sender
    made["To"] = ", ".join(plan.to)
    made["Subject"] = text.line(f"obs: {report.title}: {report.outcome}", 200)
    made["Date"] = formatdate()
    made["Message-ID"] = make_msgid("obs-night", plan.channel.domain)
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(body)
    main, sub = _TYPES[plan.form]
    name = "-".join(["obs-night", *sorted({str(part.night["night"]) for part in report.tenants if part.night})])
    made.add_attachment(attached, main, sub, filename=f"{name}.{plan.form}")
    return made


class Sender:
    """For the forwarder: nights that are over, and a rest after what went wrong."""

    def __init__(self, plan: NightReport, complaint: Complaint) -> None:
        self._plan, self._complaint = plan, complaint
        self._not_before = -1e9
        self._rests: Rests = {}

    def send(self, conn: wire.Connection) -> int:
        """How many tries failed."""
        if time.monotonic() < self._not_before:
            return 0
        try:
            send(conn, self._plan, rests=self._rests)
        except Exception as error:  # one that no page can be made of, too: the next night is another
            if conn.closed:
                raise
            self._not_before = time.monotonic() + PAUSE_SECONDS
            perhaps = ", but was perhaps sent" if getattr(error, "perhaps_sent", False) else ""
            what = text.line(error, 300) if isinstance(error, Refused | TryLater) else errors.summary(error)
            self._complaint.say("night", f"the report of a night could not be mailed{perhaps}: {what}")
            return 1
        self._complaint.settle("night", "the report of a night was mailed again")
        return 0
