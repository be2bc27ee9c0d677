"""The demo's last page: what was told to whom, what is still wrong, and one message as a person reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import psycopg
from psycopg.rows import dict_row
from rich import box
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

PLAINEST = ("CC-05", "CR-02")
COLOURS = {"page": "bold red", "warning": "yellow", "ticket": "cyan"}

TOLD = """
select
    told.notification_id, told.kind, told.alert_code, told.subject, told.severity, told.channel, told.state,
    (
        select string_agg(distinct alert.tenant_id, ', ' order by alert.tenant_id) from obs.alerts as alert
        where alert.alert_id = any(told.alert_ids)
    ) as tenants
from obs.notifications as told
order by told.notification_id
"""

MUTED = """
select alert_code, tenant_id, subject, muted_by from obs.alerts
where muted_by is not null and notified_at is null
order by alert_id
"""

ACTIVE = """
select alert_code, tenant_id, severity, state, summary, muted_by from obs.alert_active
order by array_position(array['page', 'warning', 'ticket'], severity), fired_at
"""


def show(dsn: str, texts: Mapping[str, str], console: Console) -> bool:
    """Prints the page as the login sees it; whether every notification has arrived. `texts` are by idempotency key."""
    with psycopg.connect(dsn, row_factory=dict_row) as connection:
        told, muted, active = (connection.execute(query).fetchall() for query in (TOLD, MUTED, ACTIVE))
    by_id = {int(key.rpartition("-")[2]): text for key, text in texts.items()}
    console.print(told_table(told, muted))
    console.print(active_table(active))
    chosen = telling(told)
    if chosen is not None and chosen["notification_id"] in by_id:
        console.print(message(by_id[chosen["notification_id"]], chosen["channel"]))
    return bool(told) and all(row["state"] == "sent" and row["notification_id"] in by_id for row in told)


def told_table(told: Iterable[dict[str, Any]], muted: Iterable[dict[str, Any]]) -> Table:
    held = [f"{row['alert_code']} {row['tenant_id']} {row['subject']} ({row['muted_by']})" for row in muted]
    table = Table("told", "alert", "about", "tenant", "severity", "channel", title="What people were told")
    table.caption = f"Not told: {'; '.join(held)}" if held else None
    for row in told:
        table.add_row(
            row["kind"],
            row["alert_code"],
            row["subject"],
            row["tenants"],
            coloured(row["severity"]),
            row["channel"] if row["state"] == "sent" else Text(f"{row['channel']}: {row['state']}", style="bold red"),
        )
    return table


def active_table(active: Iterable[dict[str, Any]]) -> Table:
    table = Table("alert", "tenant", "severity", "state", "what", "muted by", title="What is still wrong")
    for row in active:
        summary, muted_by = Text(row["summary"] or ""), Text(row["muted_by"] or "")
        table.add_row(row["alert_code"], row["tenant_id"], coloured(row["severity"]), row["state"], summary, muted_by)
    return table


def telling(told: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The message to print: the first of the alert whose cause is the plainest."""
    begun = [row for row in told if row["kind"] in ("firing", "escalated")]
    wanted = [row for code in PLAINEST for row in begun if row["alert_code"] == code]
    return next(iter(wanted or begun), None)


def message(text: str, channel: str) -> Panel:
    """What stood in the channel, word by word."""
    return Panel(Text(text), title=f"One of them, in {channel}", box=box.ROUNDED)


def coloured(severity: str) -> Text:
    return Text(severity, style=COLOURS.get(severity, ""))
