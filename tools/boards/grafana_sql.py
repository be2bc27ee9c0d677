"""The SQL of a panel for Grafana: over one view, for the tenants and the time chosen."""

from __future__ import annotations

from boards.model import Measure, Panel

LIMIT = 500

FILTERS = {
    "tenant_id": "tenant_id in (${tenant:sqlstring})",
    "stage": "stage in (${stage:sqlstring})",
    "run_id": "${run:sqlstring} in ('', run_id)",
}

TENANTS = "select tenant_id from obs.tenants order by tenant_id"
STAGES = f"""select distinct stage
from obs.dash_latency
where $__timeFilter(started_at) and {FILTERS["tenant_id"]}
order by stage"""

# What is under a stage: its events, failures first, then the slowest. Raw events leave after their window, so this
# table may be empty for a run that the others still show. From the run to its events, since the run's day is known only
# then: other days' partitions stay untouched.
EVENTS = f"""select e.ts, e.tenant_id, e.run_id, e.stage, e.event, e.status, e.company_id, e.duration_ms, e.vendor,
  e.error_code, e.error_msg, e.trace_id, r.langsmith_trace_url as trace_url
from obs.enrichment_runs as r
cross join lateral (
  select x.* from obs.run_event_logs as x
  where x.tenant_id = r.tenant_id and x.run_id = r.run_id and x.run_day = r.run_day
    and x.stage in (${{stage:sqlstring}})
  order by x.status = 'error' desc, x.duration_ms desc nulls last, x.ts, x.event_id
  limit {LIMIT}
) as e
where r.tenant_id in (${{tenant:sqlstring}}) and r.run_id = ${{run:sqlstring}}
order by e.status = 'error' desc, e.duration_ms desc nulls last, e.ts, e.event_id
limit {LIMIT}"""


def query(panel: Panel, filters: tuple[str, ...]) -> str:
    """The statement; `filters` are the dashboard's, next to tenant and time."""
    made = [f"select {', '.join(_columns(panel))}", f"from obs.{panel.view}"]
    made.append(f"where {' and '.join(_conditions(panel, filters))}")
    groups, order = _grouping(panel)
    if groups:
        made.append(f"group by {groups}")
    if order:
        made.append(f"order by {order}")
    if panel.kind == "rows":
        made.append(f"limit {LIMIT}")
    return "\n".join(made)


def _columns(panel: Panel) -> list[str]:
    measures = [_named(measure) for measure in panel.measures]
    if panel.kind == "rows":
        return list(panel.columns)
    if panel.kind == "stat":
        return measures
    if panel.kind in ("totals", "histogram"):
        return [f"{panel.by}::text as {panel.by}" if panel.kind == "histogram" else panel.by, *measures]
    if panel.kind == "heatmap":
        # Grafana sorts the rows of a heat map by their names.
        return [
            "date_trunc('day', started_at) as \"time\"",
            f"to_char({panel.by}, 'FM0000000') as {panel.by}",
            *measures,
        ]
    return ['started_at as "time"', "tenant_id", *([panel.by] if panel.by else []), *measures]


def _named(measure: Measure) -> str:
    return f'{measure.sql} as "{measure.title}"'


def _conditions(panel: Panel, filters: tuple[str, ...]) -> list[str]:
    found = [f"$__timeFilter({panel.time})"] if panel.time else []
    found.append(FILTERS["tenant_id"])
    found.extend(FILTERS[column] for column in filters)
    if panel.where:
        found.append(panel.where)
    return found


def _grouping(panel: Panel) -> tuple[str, str]:
    """GROUP BY and ORDER BY."""
    if panel.kind == "stat":
        return "", ""
    if panel.kind == "rows":
        return "", panel.order
    if panel.kind == "totals":
        return panel.by, panel.by
    if panel.kind == "histogram":
        return f"{panel.view}.{panel.by}", f"{panel.view}.{panel.by}"
    if panel.kind == "heatmap":
        return "1, 2", "1, 2"
    groups = "started_at, tenant_id" + (f", {panel.by}" if panel.by else "")
    return groups, groups
