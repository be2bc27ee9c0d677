-- obs.dash_latency: one row a run and stage: percentiles, wall time and error rate
create or replace view obs.dash_latency with (security_invoker = true) as
select
    r.tenant_id,
    r.run_id,
    r.started_at,
    obs._night(r.started_at, t.time_zone) as night,
    s.stage::text as stage,
    s.count_total as items,
    s.p50_ms,
    s.p95_ms,
    s.p99_ms,
    s.p95_success_ms as success_p95_ms,
    extract(epoch from s.ended_at - s.started_at) / 60 as duration_min,
    s.count_error::numeric / nullif(s.count_total, 0) as error_rate,
    s.count_error as items_error
from obs.enrichment_runs as r
inner join obs.tenants as t on r.tenant_id = t.tenant_id
inner join obs.run_stage_stats as s on r.tenant_id = s.tenant_id and r.run_id = s.run_id
where not r.is_simulation;
comment on view obs.dash_latency is
'One row a run and stage: items, percentiles of their duration in ms, wall time of the stage in minutes, error rate.';
