-- obs.expected_run_status: what became of each expected run's last moment
-- A run belongs to the moment it starts for: from an hour before it (half the way to the next, where moments are closer
-- together) until the next one's. So it belongs to the local date of the moment, wherever midnight falls. The last run
-- that started speaks for the moment; mv_refresh may have been recorded by any of them.
create or replace view obs.expected_run_status with (security_invoker = true) as
select
    e.tenant_id,
    e.name,
    o.due_at,
    o.due_at + e.grace as grace_until,
    o.next_due_at,
    r.run_id,
    case
        when j.overdue and a.apparent in ('never_started', 'hung', 'not_visible') then 'blind'
        else a.apparent
    end as situation,
    r.last_sign_at,
    case
        when j.overdue and a.apparent in ('never_started', 'hung', 'not_visible')
            then 'nobody is watching: the job tick is overdue; without it this looks like: ' || a.detail
        else a.detail
    end as detail,
    e.kind,
    o.zone as time_zone,
    (o.due_at at time zone o.zone)::date as night,
    o.due_at - o.early as starts_from,
    a.apparent,
    m.mv_recorded
from obs.expected_runs as e
inner join obs.tenants as t on e.tenant_id = t.tenant_id
cross join (select obs.now() as moment) as clock
cross join (
    select coalesce(bool_or(h.overdue), true) as overdue
    from obs.job_health as h
    where h.job = 'tick'
) as j
cross join lateral (
    select
        coalesce(e.time_zone, t.time_zone) as zone,
        obs._last_due(e.schedule, coalesce(e.time_zone, t.time_zone), clock.moment) as last_due,
        obs._next_due(e.schedule, coalesce(e.time_zone, t.time_zone), clock.moment) as next_due
    order by last_due
    limit 1 -- evaluated once, not once for each use
) as s
cross join lateral (
    select
        s.zone,
        case when s.last_due >= e.expected_since then s.last_due end as due_at,
        s.next_due as next_due_at,
        least(interval '1 hour', (s.next_due - s.last_due) / 2) as early
) as o
left join lateral (
    select
        x.run_id,
        x.situation,
        x.detail,
        x.last_sign_at
    from obs.run_signs as x
    where x.tenant_id = e.tenant_id and x.kind = e.kind and not x.is_simulation
        and x.started_at >= o.due_at - o.early and x.started_at < o.next_due_at - o.early
    order by x.started_at desc, x.run_id desc
    limit 1
) as r on true
left join lateral (
    select coalesce(bool_or(x.mv_recorded), false) as mv_recorded
    from obs.run_signs as x
    where x.tenant_id = e.tenant_id and x.kind = e.kind and not x.is_simulation
        and x.started_at >= o.due_at - o.early and x.started_at < o.next_due_at - o.early
) as m on true
cross join lateral (
    select
        case
            when r.run_id is not null then r.situation
            when clock.moment >= o.due_at + e.grace then 'never_started'
            else 'waiting'
        end as apparent,
        case
            when r.run_id is not null then r.detail
            when clock.moment >= o.due_at + e.grace
                then format('no run of kind %s has started', e.kind)
            when o.due_at is null then 'nothing was due yet'
            else 'due, and not late yet'
        end as detail
) as a;
comment on view obs.expected_run_status is
'One row an expected run: what became of its last moment. situation: waiting, running, done, never_started, hung, '
'crashed, not_visible, or blind while nobody watches.';
