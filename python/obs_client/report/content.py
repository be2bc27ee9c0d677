"""What a report says, read in one snapshot with the rights of who asks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import groupby
from typing import Any

import psycopg
from psycopg.rows import dict_row

from .. import errors, wire
from ..shown import likely_cause
from .parts import Change, Report, Row, RunPart, TenantPart

TOP_PARTS = 5  # of each measure that changed; the rest is added up
EARLIER_RUNS = 14
EXPLAIN_MS = 20_000
MAX_ALERTS = 50

_STATS = "select obs.run_stats(p_run_id => %(run)s, p_tenant_id => %(tenant)s) as stats"
_OVERVIEW = "select * from obs.dash_tenant_overview where tenant_id = %(tenant)s and run_id = %(run)s"
_QUALITY = "select * from obs.dash_quality where tenant_id = %(tenant)s and run_id = %(run)s"
_EARLIER = """select x.run_id, x.night, x.duration_min_per_1k, x.cost_usd from (
        select o.run_id, o.night, o.started_at, o.duration_min_per_1k, o.cost_usd from obs.dash_tenant_overview o
        where o.tenant_id = %(tenant)s and o.kind = %(kind)s and o.started_at <= %(started_at)s
        order by o.started_at desc limit %(limit)s
    ) x order by x.started_at"""
_EXPLAIN = "select * from obs.explain(p_run_id => %(run)s, p_tenant_id => %(tenant)s)"
_TOLD = "select what from obs.timeline(p_run_id => %(run)s, p_tenant_id => %(tenant)s) where kind = 'change'"
_TITLES = """select a.alert_id, a.run_id as evidence_run, a.evidence, r.title, r.runbook_code, obs._runbook_url(
        coalesce((
            select s.value #>> '{}' from obs.settings s
            where s.key = 'runbook_base_url' and (s.tenant_id is null or s.tenant_id = a.tenant_id)
            order by s.tenant_id nulls last limit 1
        ), 'docs/runbooks/'), r.runbook_code) as runbook_url
    from obs.alerts a join obs.alert_rules r on r.alert_code = a.alert_code
    where a.tenant_id = %(tenant)s and a.alert_id = any(%(alerts)s)"""
_OPEN = """select alert_id, alert_code, subject, state, severity, summary, fired_at, run_id from obs.alert_active
    where tenant_id = %(tenant)s and not is_simulation and (run_id is null or run_id <> all(%(runs)s))
    order by case severity when 'page' then 1 when 'warning' then 2 else 3 end, fired_at desc limit %(limit)s"""
_TRACES = """select s.value #>> '{}' as template from obs.settings s
    where s.key = 'trace_url_template' and (s.tenant_id is null or s.tenant_id = %(tenant)s)
    order by s.tenant_id nulls last limit 1"""
_SLO = "select * from obs.slo_status where tenant_id = %(tenant)s order by slo"
_NIGHTS = """select n.*, (
        select count(*) from obs.nightly_runs r where r.tenant_id = n.tenant_id and r.started_at >= n.until_at
    ) as since
    from obs.last_night n where %(tenant)s::text is null or n.tenant_id = %(tenant)s order by n.tenant_id"""
_RUNS = """select r.run_id from obs.nightly_runs r
    where r.tenant_id = %(tenant)s and r.started_at >= %(from_at)s and r.started_at < %(until_at)s
    order by r.started_at, r.run_id"""


class UnknownTenantError(ValueError):
    """No tenant of that name among those of the login."""


def of_run(conn: wire.Connection, run_id: str, tenant_id: str | None = None) -> Report:
    """The report of one run; UnknownRunError, AmbiguousRunError as everywhere."""
    with _snapshot(conn) as cursor:
        part = _run(cursor, run_id, tenant_id)
        tenant = str(part.run["tenant_id"])
        return Report(f"Run {run_id}", _now(cursor), [_tenant(cursor, tenant, None, [part])])


def of_last_night(
    conn: wire.Connection, tenant_id: str | None = None, only: Mapping[str, dt.date] | None = None
) -> Report:
    """The nightly runs of the last night of each tenant that the login sees; `only`: of these tenants and nights."""
    with _snapshot(conn) as cursor:
        nights = cursor.execute(_NIGHTS.encode(), {"tenant": tenant_id}).fetchall()
        if tenant_id is not None and not nights:
            raise UnknownTenantError(f"there is no tenant {tenant_id!r} among yours")
        parts = []
        for night in nights:
            tenant = str(night["tenant_id"])
            if only is not None and only.get(tenant) != night["night"]:
                continue
            found = cursor.execute(_RUNS.encode(), {**night, "tenant": tenant}).fetchall()
            parts.append(_tenant(cursor, tenant, night, [_run(cursor, row["run_id"], tenant) for row in found]))
        dates = sorted({part.night["night"] for part in parts if part.night})
        said = " and ".join(str(date) for date in dates)
        return Report(f"Night of {said}" if said else "Last night", _now(cursor), parts)


@contextmanager
def _snapshot(conn: wire.Connection) -> Iterator[psycopg.Cursor[Row]]:
    with errors.translated(), conn.transaction(), conn.cursor(row_factory=dict_row) as cursor:
        cursor.execute("set transaction isolation level repeatable read, read only")
        yield cursor


def _now(cursor: psycopg.Cursor[Row]) -> dt.datetime:
    moment: dt.datetime = _one(cursor, "select obs.now() as now", {})["now"]
    return moment


def _run(cursor: psycopg.Cursor[Row], run_id: str, tenant_id: str | None) -> RunPart:
    stats: Row = _one(cursor, _STATS, {"run": run_id, "tenant": tenant_id})["stats"]
    run = stats["run"]
    of = {"run": run_id, "tenant": run["tenant_id"]}
    return RunPart(
        stats,
        _one(cursor, _OVERVIEW, of),
        _one(cursor, _QUALITY, of),
        _with_titles(cursor, run["tenant_id"], stats["alerts"], run_id),
        _told(cursor, of),
        _changes(cursor, of),
        cursor.execute(_EARLIER.encode(), {**of, **run, "limit": EARLIER_RUNS}).fetchall(),
        _one(cursor, _TRACES, of)["template"],
    )


def _tenant(cursor: psycopg.Cursor[Row], tenant: str, night: Row | None, runs: list[RunPart]) -> TenantPart:
    alerts: list[Row] = []
    if night is not None:
        of = {"tenant": tenant, "runs": [part.run["run_id"] for part in runs], "limit": MAX_ALERTS}
        alerts = _with_titles(cursor, tenant, cursor.execute(_OPEN.encode(), of).fetchall())
    slos = cursor.execute(_SLO.encode(), {"tenant": tenant}).fetchall()
    return TenantPart(tenant, night, runs, alerts, slos)


def _with_titles(cursor: psycopg.Cursor[Row], tenant: str, alerts: list[Row], run: str | None = None) -> list[Row]:
    """With what the rule is called, and the likely cause: what was found out about a later run is not told of `run`."""
    if not alerts:
        return []
    asked = {"tenant": tenant, "alerts": [alert["alert_id"] for alert in alerts]}
    titles = {row["alert_id"]: row for row in cursor.execute(_TITLES.encode(), asked)}
    nothing = {"title": None, "runbook_code": None, "runbook_url": None, "evidence_run": None, "evidence": None}
    made = [{**alert, **titles.get(alert["alert_id"], nothing)} for alert in alerts[:MAX_ALERTS]]
    return [
        {**one, "cause": likely_cause(one["evidence"]) if run is None or one["evidence_run"] in (None, run) else ""}
        for one in made
    ]


def _changes(cursor: psycopg.Cursor[Row], of: Mapping[str, Any]) -> list[Change] | None:
    rows = _in_time(cursor, _EXPLAIN, of)
    if rows is None:
        return None
    return [_change(name, list(parts)) for name, parts in groupby(rows, lambda row: str(row["measure"]))]


def _told(cursor: psycopg.Cursor[Row], of: Mapping[str, Any]) -> list[str] | None:
    rows = _in_time(cursor, _TOLD, of)
    return None if rows is None else [str(row["what"]) for row in rows]


def _in_time(cursor: psycopg.Cursor[Row], query: str, of: Mapping[str, Any]) -> list[Row] | None:
    """Rows that a report can do without; None when they take too long."""
    try:
        with cursor.connection.transaction():
            cursor.execute("select set_config('statement_timeout', %s, true)", (str(EXPLAIN_MS),))
            rows = cursor.execute(query.encode(), of).fetchall()
            cursor.execute("set local statement_timeout to default")
            return rows
    except psycopg.errors.QueryCanceled:
        return None


def _change(measure: str, parts: list[Row]) -> Change:
    rest = parts[TOP_PARTS:]
    shares = [part["share"] for part in rest if part["share"] is not None]
    return Change(
        measure, parts[0]["total_before"], parts[0]["total_after"], parts[0]["against"], parts[:TOP_PARTS],
        len(rest), sum(part["delta"] for part in rest), sum(shares) if shares else None,
    )  # fmt: skip


def _one(cursor: psycopg.Cursor[Row], query: str, asked: Mapping[str, Any]) -> Row:
    """The row; of a query that found none, its columns without values."""
    found = cursor.execute(query.encode(), asked).fetchone()
    return found or {column.name: None for column in cursor.description or ()}
