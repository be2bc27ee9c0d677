-- obs.condition_rn_13: stub
create or replace view obs.condition_rn_13 with (security_invoker = true) as
select
    'RN-13'::text as alert_code,
    r.tenant_id,
    r.run_id,
    'run'::text as subject,
    (r.status = 'crashed')::int::numeric as value,
    j.threshold,
    j.severity,
    j.verdict,
    'run ' || r.status as summary,
    null::jsonb as details
from obs.enrichment_runs as r
cross join lateral obs._judge('RN-13', r.tenant_id, (r.status = 'crashed')::int::numeric) as j
where r.status <> 'running';
comment on view obs.condition_rn_13 is 'RN-13: run hung, crashed or incomplete.';
