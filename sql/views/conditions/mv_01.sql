-- obs.condition_mv_01: errors of the refresh of the materialized view, by run
create or replace view obs.condition_mv_01 with (security_invoker = true) as
select
    'MV-01'::text as alert_code,
    s.tenant_id,
    s.run_id,
    'mv_refresh'::text as subject,
    s.count_error::numeric as value,
    j.threshold,
    j.severity,
    j.verdict,
    format('%s of %s refreshes failed', s.count_error, s.count_total) as summary,
    jsonb_build_object('sample', s.count_total) as details
from obs.run_stage_stats as s
cross join lateral obs._judge('MV-01', s.tenant_id, s.count_error::numeric) as j
where s.stage = 'mv_refresh' and s.status <> 'running';
comment on view obs.condition_mv_01 is 'MV-01: errors of the refresh of the materialized view.';
