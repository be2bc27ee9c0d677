-- obs.runbook_efficacy: which steps of runbooks were taken in incidents that are over, and how soon these ended
-- Drills count for nothing. A step counts while it is ticked and still says what it said then.
create or replace view obs.runbook_efficacy with (security_invoker = true) as
with standing as (
    select x.*
    from obs.runbook_ticks as x
    where x.action = 'tick' and not exists (
        select from obs.runbook_ticks as u
        where u.tenant_id = x.tenant_id and u.alert_id = x.alert_id and u.step = x.step and u.action = 'untick'
          and u.ordinal > x.ordinal
    )
)
select
    t.tenant_id,
    a.alert_code,
    t.runbook_code,
    t.step,
    t.step_kind as kind,
    max(b.text) as text,
    count(*) as ticked,
    max(i.incidents) as incidents,
    count(*) filter (where a.resolved_at - t.done_at between interval '0' and interval '1 hour') as resolved_within_1h,
    count(*) filter (where t.is_last and a.resolved_at - t.done_at between interval '0' and interval '1 hour') as ended,
    round((
        percentile_cont(0.5) within group (order by extract(epoch from a.resolved_at - t.done_at) / 60)
        filter (where a.resolved_at >= t.done_at)
    )::numeric, 1) as median_minutes_to_resolve
from (
    select
        s.*,
        row_number() over (partition by s.tenant_id, s.alert_id order by s.done_at desc, s.step desc) = 1 as is_last
    from standing as s
) as t
inner join obs.alerts as a on t.tenant_id = a.tenant_id and t.alert_id = a.alert_id
inner join lateral (
    select s.text
    from obs.runbooks as r
    cross join unnest(r.checks || r.mitigation) with ordinality as s (text, place)
    where r.runbook_code = t.runbook_code and s.place = t.step and md5(s.text) = t.step_fingerprint
) as b on true
cross join lateral (
    select count(*) as incidents
    from obs.alerts as o
    where o.tenant_id = a.tenant_id and o.alert_code = a.alert_code and o.resolved_at is not null and not o.is_simulation
) as i
where a.resolved_at is not null and not a.is_simulation
group by t.tenant_id, a.alert_code, t.runbook_code, t.step, t.step_kind;
comment on view obs.runbook_efficacy is
'Which steps of runbooks were taken in incidents that are over, and how soon these ended, by tenant and alert.';
