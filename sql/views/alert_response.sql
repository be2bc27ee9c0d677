-- obs.alert_response: how fast alerts are taken and end, by month and severity; drills and what was never told are left out
create or replace view obs.alert_response with (security_invoker = true) as
select
    a.tenant_id,
    (date_trunc('month', a.fired_at, 'UTC') at time zone 'UTC')::date as month,
    a.severity,
    a.severity = 'page' as is_p1,
    count(*) as alerts,
    count(a.acked_at) as acked,
    count(a.resolved_at) as resolved,
    avg(a.acked_at - a.fired_at) as mtta,
    percentile_disc(0.95) within group (order by a.acked_at - a.fired_at) as time_to_ack_p95,
    avg(a.resolved_at - a.fired_at) as mttr,
    percentile_disc(0.95) within group (order by a.resolved_at - a.fired_at) as time_to_resolve_p95
from obs.alerts as a
where not a.is_simulation and a.notified_state is not null and a.resolve_reason is distinct from 'rule changed'
group by a.tenant_id, month, a.severity;
comment on view obs.alert_response is
'Mean time to acknowledge (mtta) and to resolve (mttr) of alerts that were told, by tenant, month and severity. '
'Months before alert_history_days (13 months) are incomplete or gone.';
