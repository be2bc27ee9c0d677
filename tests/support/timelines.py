"""Timelines of other alert engines, played to this one: alerts pushed at given seconds, looks at the outbox between."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from psycopg.types.json import Jsonb

from support.db import Db

ORIGIN = datetime(2026, 3, 2, 1, tzinfo=timezone.utc)
LOOK = 0.1

Name = tuple[str, str, str]
"""An alert as we name it: code, tenant, subject."""


@dataclass(frozen=True)
class Push:
    """An alert that is said to hold (or, with `over`, to have ended) at a second."""

    at: float
    alert: Name
    value: int = 1
    over: bool = False


@dataclass(frozen=True)
class Want:
    """A delivery between two seconds: the alerts named in it, and those of them that are said to have ended."""

    between: tuple[float, float]
    firing: frozenset[Name] = frozenset()
    resolved: frozenset[Name] = frozenset()


@dataclass
class Told:
    """A notification of ours."""

    at: float
    kind: str
    firing: frozenset[Name]
    resolved: frozenset[Name]


@dataclass
class Engine:
    """This engine with rules of the timeline's; every look is what a woken forwarder does."""

    db: Db
    told: list[Told] = field(default_factory=list)

    def rule(self, code: str, across: bool, inhibited_by: Iterable[str] = (), **numbers: float) -> None:
        self.db.execute(
            """insert into obs.alert_rules (alert_code, title, scope, comparison, severity, runbook_code,
                across_tenants, inhibited_by) values (%s, %s, 'standing', '>', 'warning', %s, %s, %s)""",
            (code, code, code, across, list(inhibited_by)),
        )
        for name, value in numbers.items():
            self.db.execute("select obs.set_threshold(%s, %s, %s::numeric)", (code, name, value))

    def at(self, second: float) -> None:
        self.db.execute("select set_config('obs.now', %s, false)", (str(ORIGIN + timedelta(seconds=round(second, 3))),))

    def push(self, push: Push) -> None:
        code, tenant, subject = push.alert
        seen = {
            "tenant_id": tenant, "alert_code": code, "subject": subject, "is_simulation": False,
            "observed_at": self.db.one("select obs.now()::text"), "verdict": "ok" if push.over else "breach",
            "value": push.value, "threshold": 0, "severity": "warning", "rule_version": 0,
        }  # fmt: skip
        self.db.execute("select obs._observe(jsonb_populate_record(null::obs.alert_observations, %s))", (Jsonb(seen),))

    def look(self, second: float) -> None:
        """Tells what there is to tell, and notes it with what it names."""
        before = self.db.one("select coalesce(max(notification_id), 0) from obs.notifications")
        self.db.execute("select obs._run_timers(obs.now()), obs.flush_notifications()")
        for row in self.db.rows("select * from obs.notifications where notification_id > %s order by 1", (before,)):
            named: list[Any] = self.db.rows(
                """select alert_code, tenant_id, subject, resolved_at is not null as over
                from obs.alerts where alert_id = any(%s)""",
                (row.alert_ids,),
            )
            firing = frozenset(tuple(one[:3]) for one in named if not one.over)
            resolved = frozenset(tuple(one[:3]) for one in named if one.over)
            self.told.append(Told(round(second, 3), row.kind, firing, resolved))

    def play(self, pushes: Iterable[Push], until: float) -> None:
        """Pushes in their order, and a look each tenth of a second and after each push."""
        waiting = sorted(pushes, key=lambda one: one.at)
        for tick in range(round(until / LOOK) + 1):
            second = tick * LOOK
            self.at(second)
            while waiting and waiting[0].at <= second + 1e-9:
                self.push(waiting.pop(0))
            self.look(second)

    def told_after(self, alert: Name, over: bool, after: float) -> float | None:
        """When we first said of an alert, after a second, that it fires or (`over`) that it has ended."""
        return next(
            (one.at for one in self.told if one.at > after and alert in (one.resolved if over else one.firing)), None
        )
