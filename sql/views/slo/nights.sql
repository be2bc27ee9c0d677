-- obs.slo_nights: what counts for run success: each nightly run that ended, and each expected one that never came
-- As far back as a hundred moments of the kind take, so that fifty nights have fifty before them: 120 days at least and 731 at
-- most. So a weekly kind has its hundred; of one that is expected less often the window of fifty holds fewer, and so it does of
-- one that is not expected and runs less often than every other day. In the order of time, with each moment standing where its
-- runs may begin, a moment that no run follows before the next one was missed. So the next moment stands there as soon as its
-- runs may begin, an hour early, and runs a day older than what is counted do. A run that goes on counts when it ends.
create or replace view obs.slo_nights with (security_invoker = true) as
with expected as (
    select
        e.tenant_id,
        e.kind,
        e.schedule,
        e.grace,
        e.expected_since,
        z.zone,
        obs.now() - case
            -- each day: nothing to count
            when e.schedule ~ '^\s*\S+\s*$|\s\*\s+\*\s+\*\s*$' then interval '120 days'
            else (
                select case
                    when count(*) = 0 then interval '731 days'
                    else least(greatest(interval '120 days', interval '28 days' * 105 / count(*)), interval '731 days')
                end
                from obs._dues(e.schedule, z.zone, obs.now() - interval '28 days', obs.now())
            )
        end as counts_after
    from obs.expected_runs as e
    inner join obs.tenants as t on e.tenant_id = t.tenant_id
    cross join lateral (select coalesce(e.time_zone, t.time_zone) as zone) as z
),

kinds as (
    select
        k.tenant_id,
        k.kind,
        min(k.counts_after) as counts_after
    from (
        select
            e.tenant_id,
            e.kind,
            e.counts_after
        from expected as e
        union all
        select
            t.tenant_id,
            'nightly' as kind,
            obs.now() - interval '120 days' as counts_after
        from obs.tenants as t
    ) as k
    group by k.tenant_id, k.kind
),

moments as (
    select
        e.tenant_id,
        e.kind,
        d.due_at,
        max(e.grace) as grace,
        min(e.counts_after) as counts_after,
        min(d.due_at - least(interval '1 hour', (d.next_due_at - d.due_at) / 2)) as starts_from
    from expected as e
    cross join lateral obs._dues(
        e.schedule, e.zone, greatest(e.expected_since - interval '1 second', e.counts_after),
        obs.now() + interval '1 hour'
    ) as d
    where d.due_at >= e.expected_since
    group by e.tenant_id, e.kind, d.due_at
),

in_order as (
    select
        x.*,
        lead(x.due_at is null) over (partition by x.tenant_id, x.kind order by x.place, x.due_at nulls last) as run_follows
    from (
        select
            m.tenant_id,
            m.kind,
            m.starts_from as place,
            m.due_at,
            m.grace,
            m.counts_after,
            null::text as run_id,
            null::text as status,
            null::timestamptz as started_at,
            null::bigint as duration_ms
        from moments as m
        union all
        select
            r.tenant_id,
            r.kind,
            r.started_at as place,
            null as due_at,
            null as grace,
            k.counts_after,
            r.run_id,
            r.status,
            r.started_at,
            r.duration_ms
        from kinds as k
        inner join obs.nightly_runs as r on k.tenant_id = r.tenant_id and k.kind = r.kind
        where r.started_at > k.counts_after - interval '1 day'
    ) as x
)

select
    o.tenant_id,
    o.run_id,
    o.kind,
    coalesce(o.started_at, o.due_at) as at,
    obs._night(coalesce(o.started_at, o.due_at), t.time_zone) as night,
    coalesce(o.status, 'missing') as status,
    coalesce(o.status = 'success', false) as succeeded,
    o.duration_ms
from in_order as o
inner join obs.tenants as t on o.tenant_id = t.tenant_id
where coalesce(o.started_at, o.due_at) > o.counts_after
    and case
        when o.run_id is null then not coalesce(o.run_follows, false) and o.due_at + o.grace <= obs.now()
        else o.status <> 'running'
    end;
comment on view obs.slo_nights is
'One row a nightly run that ended, and one an expected run that never started: what run success counts, 120 days back, of a '
'kind that is expected less often than daily a hundred moments, 731 days at most.';
