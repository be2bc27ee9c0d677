"""One evaluation of every rule for 200 tenants with 30 nights each: as the tick does it, first and again unchanged."""

from __future__ import annotations

import sys

from ground import ground, line, median, seconds

FILL = """
insert into obs.tenants (tenant_id) select 't' || t from generate_series(1, %(tenants)s) t;
insert into obs.enrichment_runs (tenant_id, run_id, started_at, ended_at, status, run_day, finished_at)
select 't' || t, 't' || t || 'n' || n, m.at, m.at + interval '1 hour', 'success', m.at::date, m.at + interval '1 hour'
from generate_series(1, %(tenants)s) t, generate_series(1, %(nights)s) n,
    lateral (select date_trunc('day', now()) - n * interval '1 day' as at) m;
insert into obs.run_stage_stats (
    tenant_id, run_id, stage, count_total, count_success, count_error, status, expected_events, events_seen
)
select r.tenant_id, r.run_id, s.stage, 1000, 900, 100, 'success', 1000, 1000
from obs.enrichment_runs r,
    unnest(array['mv_refresh', 'crawl', 'tavily', 'lusha', 'zerobounce', 'score', 'export_odoo']) s (stage);
insert into obs.run_vendor_usage (tenant_id, run_id, vendor, calls, rate_limit_hits)
select r.tenant_id, r.run_id, v.vendor, 1000, (random() < 0.1)::int
from obs.enrichment_runs r, unnest(array['tavily', 'lusha', 'zerobounce', 'openai']) v (vendor);
insert into obs.run_metrics (tenant_id, run_id, name, value)
select r.tenant_id, r.run_id, 'candidates_post', 200 from obs.enrichment_runs r;
"""


def main(tenants: int = 200, nights: int = 30, rounds: int = 5) -> list[str]:
    with ground() as server, server.connect() as admin:
        admin.autocommit = True
        for statement in FILL.split(";\n"):
            if statement.strip():
                admin.execute(statement, {"tenants": tenants, "nights": nights})
        admin.execute("analyze")
        first = seconds(lambda: admin.execute("select obs.evaluate_alerts()"))
        again = median([seconds(lambda: admin.execute("select obs.evaluate_alerts()")) for _ in range(rounds)])
        rules = admin.execute("select count(*) from obs.alert_rules where condition is not null").fetchone()
    return [
        line(
            f"one evaluation, {tenants} tenants × {rules[0] if rules else 0} rules × {nights} nights",
            f"{first:.2f} s the first time",
            f"again, unchanged {again:.2f} s",
            "—",
            "≤ 2 s",
        )
    ]


if __name__ == "__main__":
    print(*main(*map(int, sys.argv[1:])), sep="\n")
