-- obs.slo_nights: what counts for run success: each nightly run that ended, and each expected one that never came
-- Nightly are runs of kind nightly and of every kind that the tenant expects. Of 120 days, so that fifty nights have fifty
-- before them. In the order of time, with each moment standing where its runs may begin, a moment that no run follows
-- before the next one was missed. A run that goes on counts when it ends.
create or replace view obs.slo_nights with (security_invoker = true) as
with moments as (
    select
        e.tenant_id,
        e.kind,
        d.due_at,
        max(e.grace) as grace,
        min(d.due_at - least(interval '1 hour', (d.next_due_at - d.due_at) / 2)) as starts_from
    from obs.expected_runs as e
    inner join obs.tenants as t on e.tenant_id = t.tenant_id
    cross join lateral obs._dues(
        e.schedule, coalesce(e.time_zone, t.time_zone),
        greatest(e.expected_since - interval '1 second', obs.now() - interval '120 days'), obs.now()
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
            r.run_id,
            r.status,
            r.started_at,
            r.duration_ms
        from obs.enrichment_runs as r
        where not r.is_simulation and r.started_at > obs.now() - interval '120 days'
            and (
                r.kind = 'nightly'
                or exists (
                    select 1
                    from obs.expected_runs as e
                    where e.tenant_id = r.tenant_id and e.kind = r.kind
                )
            )
    ) as x
)

select
    o.tenant_id,
    o.run_id,
    o.kind,
    coalesce(o.started_at, o.due_at) as at,
    (coalesce(o.started_at, o.due_at) at time zone t.time_zone)::date as night,
    coalesce(o.status, 'missing') as status,
    coalesce(o.status = 'success', false) as succeeded,
    o.duration_ms
from in_order as o
inner join obs.tenants as t on o.tenant_id = t.tenant_id
where case
    when o.run_id is null then not coalesce(o.run_follows, false) and o.due_at + o.grace <= obs.now()
    else o.status <> 'running'
end;
comment on view obs.slo_nights is
'One row a nightly run that ended, and one an expected run that never started: what run success counts, 120 days back.';
