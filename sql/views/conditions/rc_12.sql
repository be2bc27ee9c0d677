-- obs.condition_rc_12: how much of what was logged is missing in the database, by run that has ended
-- Two witnesses: the events that the client says it sent, and obs reconcile, which leaves metric reconcile_gap.
create or replace view obs.condition_rc_12 with (security_invoker = true) as
select
    'RC-12'::text as alert_code,
    r.tenant_id,
    r.run_id,
    'events'::text as subject,
    c.value,
    j.threshold,
    j.severity,
    j.verdict,
    format('%s %% of the logged events are not in the database', round(100 * c.value, 2)) as summary,
    jsonb_build_object('events_seen', e.seen, 'events_expected', e.expected, 'reconcile_gap', m.value) as details
from obs.enrichment_runs as r
left join obs.run_metrics as m
    on r.tenant_id = m.tenant_id and r.run_id = m.run_id and m.name = 'reconcile_gap' and m.label = ''
cross join lateral (
    select
        sum(least(s.events_seen, s.expected_events))::numeric as seen,
        sum(s.expected_events)::numeric as expected
    from obs.run_stage_stats as s
    where s.tenant_id = r.tenant_id and s.run_id = r.run_id and s.expected_events is not null
) as e
cross join lateral (select greatest(m.value, 1 - e.seen / nullif(e.expected, 0)) as value) as c
cross join lateral obs._judge('RC-12', r.tenant_id, c.value) as j
where r.status <> 'running' and c.value is not null;
comment on view obs.condition_rc_12 is
'RC-12: share of a run''s logged events that the database lacks, 0 to 1; above 0.02 a warning.';
