-- obs.dash_latency_heatmap: how the durations of each stage are spread, one row a run, stage and step
-- Steps begin where a bucket of obs.latency_buckets begins, next after 1, 2 and 5 of each power of ten. So they need no raw
-- events, and no item is counted in a step that it does not belong to. Run by run: of all runs at once the planner expects ten
-- tenants' buckets, and compiles what takes a moment.
create or replace view obs.dash_latency_heatmap with (security_invoker = true) as
select
    r.tenant_id,
    r.run_id,
    r.started_at,
    obs._night(r.started_at, t.time_zone) as night,
    h.stage,
    h.edges[h.step] as ms_from,
    h.edges[h.step + 1] - 1 as ms_to,
    h.items
from obs.enrichment_runs as r
inner join obs.tenants as t on r.tenant_id = t.tenant_id
cross join lateral (
    select
        b.stage,
        w.step,
        '{0,1,2,5,10,20,50,100,202,508,1017,2036,5060,10117,20232,50304,100609,201202,500308,1000567,2001024}'::int[] as edges,
        sum(b.n)::bigint as items
    from obs.latency_buckets as b
    cross join lateral (
        select width_bucket(b.bucket, '{1,2,3,6,11,21,51,76,110,156,191,226,272,307,342,388,423,458,504,539,574}'::int[]) as step
    ) as w
    where b.tenant_id = t.tenant_id and b.run_id = r.run_id
    group by b.stage, w.step
) as h
where not r.is_simulation;
comment on view obs.dash_latency_heatmap is
'How many items of a run and stage took from ms_from to ms_to milliseconds: steps of a heat map, kept when raw events are gone.';
