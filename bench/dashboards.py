"""Reading each dashboard view and the objectives as one tenant's role: 180 nights of 50 tenants.

The numbers are filled straight into the tables, as nightly runs would leave them. Both sides read the same rows as
text: a reader mapped to one tenant, who names nothing, and a superuser, whom row security does not hold, with the
tenant in the query. The latter without JIT, which some of its plans would call and lose by. slo_status counts for all
tenants before it knows whom the superuser asks for.
"""

from __future__ import annotations

import time

from ground import Connection, ground, line, median, seconds

TENANTS, NIGHTS, ROUNDS = 50, 180, 15
VIEWS = (
    "dash_tenant_overview", "dash_vendor_usage", "dash_quality", "dash_rationale_lengths", "dash_latency",
    "dash_latency_heatmap", "slo_status",
)  # fmt: skip
STAGES = ("mv_refresh", "prefilter", "crawl", "tavily", "score", "lusha", "zerobounce", "export_odoo")
VENDORS = ("openai", "lusha", "zerobounce", "tavily", "odoo")

FILL = (
    """select obs.create_tenant('t' || to_char(n, 'fm00'), p_time_zone => 'Europe/Paris')
    from generate_series(1, %(tenants)s) n""",
    "select obs.expect(t.tenant_id, '01:30') from obs.tenants t",
    "update obs.expected_runs set expected_since = now() - make_interval(days => %(nights)s)",
    """insert into obs.enrichment_runs (
        tenant_id, run_id, kind, started_at, ended_at, status, run_day, langsmith_trace_url, finished_at
    )
    select t.tenant_id, 'run-' || to_char(n, 'fm000'), case when n %% 23 = 7 then 'adhoc' else 'nightly' end, s.at,
        s.at + make_interval(mins => 40 + n %% 30),
        case n %% 40 when 3 then 'crashed' when 11 then 'partial' else 'success' end,
        (s.at at time zone 'UTC')::date, 'https://smith.example/' || n, s.at + interval '1 hour'
    from obs.tenants t
    cross join generate_series(1, %(nights)s) n
    cross join lateral (
        select date_trunc('day', now(), 'Europe/Paris') + interval '90 minutes' - make_interval(days => n) as at
    ) s""",
    """insert into obs.run_stage_stats (
        tenant_id, run_id, stage, count_total, count_success, count_error, p50_ms, p95_ms, p99_ms, p95_success_ms,
        count_duration, cost_usd_exact, status, started_at, ended_at, percentile_source
    )
    select r.tenant_id, r.run_id, x.stage, 500, 450, 50, 300, 900, 1500, 800, 500, 1.25, 'success',
        r.started_at, r.ended_at, 'raw'
    from obs.enrichment_runs r cross join unnest(%(stages)s::text[]) x (stage)""",
    """insert into obs.run_vendor_usage (
        tenant_id, run_id, vendor, calls, errors, rate_limit_hits, cost_usd_exact, tokens_input
    )
    select r.tenant_id, r.run_id, x.vendor, 500, 20, 3, 0.75, 90000
    from obs.enrichment_runs r cross join unnest(%(vendors)s::text[]) x (vendor)""",
    """insert into obs.run_metrics (tenant_id, run_id, name, label, value)
    select r.tenant_id, r.run_id, m.name, m.label, m.value
    from obs.enrichment_runs r
    cross join (
        select * from (
            values ('candidates_pre', '', 4000), ('candidates_post', '', 1000), ('companies_with_email', '', 400),
            ('companies_contactable', '', 220), ('email_status', 'valid', 300), ('email_status', 'unknown', 80),
            ('email_status', 'invalid', 120), ('bucket', 'High', 90), ('bucket', 'Medium', 160), ('bucket', 'Low', 200),
            ('rationale_p50_chars', '', 310)
        ) v (name, label, value)
        union all
        select 'rationale_length', (50 * n)::text, 5 + n from generate_series(0, 20) n
    ) m""",
    """insert into obs.latency_buckets (tenant_id, run_id, stage, outcome, bucket, n)
    select r.tenant_id, r.run_id, x.stage, 'success', 80 + b, 4
    from obs.enrichment_runs r cross join unnest(%(stages)s::text[]) x (stage) cross join generate_series(1, 100) b
    order by 1, 2, 3, 5""",
    """insert into obs.qa_draws (tenant_id, run_id, stratum, bucket, seed, requested, available, drawn, source)
    select r.tenant_id, r.run_id, 'random', 'High', 'bench', 10, 90, 10, 'events' from obs.enrichment_runs r""",
    """insert into obs.qa_samples (
        tenant_id, run_id, company_id, bucket, checks, result, stratum, draw_rank, reviewer, reviewed_at
    )
    select r.tenant_id, r.run_id, 'c' || n, 'High', '{}', case when n > 8 then 'fail' else 'pass' end,
        'random', n, 'ann', now()
    from obs.enrichment_runs r cross join generate_series(1, 10) n""",
    """insert into obs.alerts (
        tenant_id, alert_code, subject, state, severity, rule_version, breached_at, fired_at, acked_at, resolved_at,
        notified_state
    )
    select t.tenant_id, 'CR-02', 'crawl', 'resolved', 'page', 1, s.at, s.at, s.at + interval '6 minutes',
        s.at + interval '1 hour', 'resolved'
    from obs.tenants t cross join generate_series(1, 60) n
    cross join lateral (select now() - make_interval(days => n) as at) s""",
    "select obs.grant_access('test_reader_a', 't07')",
    "vacuum analyze",
)  # fmt: skip


def fill(conn: Connection, tenants: int = TENANTS, nights: int = NIGHTS) -> None:
    for statement in FILL:
        conn.execute(
            statement.encode(),
            {"tenants": tenants, "nights": nights, "stages": list(STAGES), "vendors": list(VENDORS)}
            if "%" in statement
            else None,
        )


def read(conn: Connection, view: str, condition: str = "") -> bytes:
    with conn.cursor().copy(
        f"copy (select v::text from obs.{view} v {condition} order by 1) to stdout".encode()
    ) as copy:
        return b"".join(bytes(part) for part in copy)


def milliseconds(conn: Connection, view: str, condition: str = "") -> float:
    return 1000 * seconds(lambda: read(conn, view, condition))


def measure(conn: Connection, reader: Connection) -> list[str]:
    lines = []
    conn.execute("set jit = off")
    free = "where tenant_id = 't07'"
    for view in VIEWS:
        rows = read(reader, view)
        if not rows or rows != read(conn, view, free):
            raise SystemExit(f"{view}: the tenant does not read its own rows, or others")
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(ROUNDS):
            times[0].append(milliseconds(reader, view))
            times[1].append(milliseconds(conn, view, free))
        ours, beside = median(times[0]), median(times[1])
        lines.append(
            line(
                f"`{view}`, 180 days × 50 tenants, as a tenant's role: {rows.count(bytes([10])):,} rows",
                f"{ours:.0f} ms",
                f"{beside:.0f} ms without row security",
                f"{ours / beside:.2f}",
                "≤ 300 ms; ≤ 1.3",
            )
        )
    return lines


def main() -> list[str]:
    with ground() as cluster, cluster.connect() as conn:
        conn.autocommit = True
        fill(conn)
        with cluster.connect(user="test_reader_a") as reader:
            reader.autocommit = True
            return measure(conn, reader)


if __name__ == "__main__":
    began = time.monotonic()
    print("\n".join(main()), f"\nin {time.monotonic() - began:.0f} s")
