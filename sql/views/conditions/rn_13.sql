-- obs.condition_rn_13: a run hung, crashed, or ended without all of its events
-- A run that ended lacks events only after 5 minutes: senders beside its own may be on their way. Where MV-01 speaks for
-- the run, because its expected moment has no mv_refresh, this condition is silent.
create or replace view obs.condition_rn_13 with (security_invoker = true) as
select
    'RN-13' as alert_code,
    s.tenant_id,
    s.run_id,
    'run' as subject,
    v.value,
    j.threshold,
    j.severity,
    j.verdict,
    'run ' || s.detail as summary,
    jsonb_build_object(
        'sample', null, 'situation', s.situation, 'kind', s.kind, 'status', s.status, 'last_sign_at', s.last_sign_at,
        'last_event_at', s.last_event_at
    ) as details
from obs.run_signs as s
cross join lateral (select case when s.situation = 'done' then 0 else 1 end::numeric as value) as v
cross join lateral obs._judge('RN-13', s.tenant_id, v.value, null) as j
where s.situation <> 'running'
    and not (s.situation = 'not_visible' and s.finished_at > obs.now() - interval '5 minutes')
    and case
        when s.situation = 'done' or s.mv_recorded or s.is_simulation then true
        else not obs._mv_01_speaks(s.tenant_id, s.kind, s.started_at)
    end;
comment on view obs.condition_rn_13 is
'RN-13: 1 for a run that hung, crashed or lacks events, 0 for one that ended otherwise; no row while it runs well.';
