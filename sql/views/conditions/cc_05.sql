-- obs.condition_cc_05: candidates selected for each run, as soon as they are known; unknown at the run's end is no_data
create or replace view obs.condition_cc_05 with (security_invoker = true) as
select
    'CC-05'::text as alert_code,
    r.tenant_id,
    r.run_id,
    'candidates'::text as subject,
    m.value,
    j.threshold,
    j.severity,
    j.verdict,
    case
        when m.value is null then 'the run did not say how many candidates it selected'
        else format('%s candidates selected, the floor is %s', m.value, j.threshold)
    end as summary,
    jsonb_build_object('candidates_post', m.value, 'candidates_pre', p.value) as details
from obs.enrichment_runs as r
left join obs.run_metrics as m
    on r.tenant_id = m.tenant_id and r.run_id = m.run_id and m.name = 'candidates_post' and m.label = ''
left join obs.run_metrics as p
    on r.tenant_id = p.tenant_id and r.run_id = p.run_id and p.name = 'candidates_pre' and p.label = ''
cross join lateral obs._judge('CC-05', r.tenant_id, m.value) as j
where m.value is not null or (r.status <> 'running' and r.kind = 'nightly');
comment on view obs.condition_cc_05 is
'CC-05: candidates selected for a run; below the tenant''s floor (50) a ticket. A run that did not say is no_data, not 0.';
