-- obs.run_forecast: when a run that goes on will have ended, beside the minutes that its objective allows
-- A stage weighs as long as it took in the last good run of the tenant and kind; one that this had not weighs as much as the
-- mean of the others. Of a stage is done what share of its items is: of what was planned, else of as many for a candidate as
-- in the last good run, and of one that has not begun nothing. While one goes on of which that cannot be said, nothing is. Runs
-- of fewer than 200 candidates are no objective's. Numbers are as fresh as the last fold: a minute at most.
create or replace view obs.run_forecast with (security_invoker = true) as
select
    r.tenant_id,
    r.run_id,
    r.started_at,
    e.elapsed_min,
    p.progress,
    e.elapsed_min / nullif(p.progress, 0) as forecast_min,
    e.elapsed_min / nullif(p.progress, 0) * 1000 / nullif(c.candidates, 0) as forecast_min_per_1k,
    g.target as target_min,
    case
        when c.candidates < 200 then 'no_data'
        when e.elapsed_min * 1000 / nullif(c.candidates, 0) >= g.target then 'breach'
        when p.progress > 0 and c.candidates > 0
            then case when e.elapsed_min / p.progress * 1000 / c.candidates < g.target then 'ok' else 'breach' end
        else 'no_data'
    end as verdict
from obs.enrichment_runs as r
inner join obs.slo_targets as g on r.tenant_id = g.tenant_id and g.slo = 'duration_p95_per_1k'
cross join lateral (select extract(epoch from greatest(obs.now() - r.started_at, interval '0')) / 60 as elapsed_min) as e
left join lateral (
    select max(x.value) as candidates
    from obs.run_metrics as x
    where x.tenant_id = r.tenant_id and x.run_id = r.run_id and x.name = 'candidates_post'
) as c on true
left join lateral (
    select
        x.run_id,
        (
            select max(m.value)
            from obs.run_metrics as m
            where m.tenant_id = r.tenant_id and m.run_id = x.run_id and m.name = 'candidates_post'
        ) as candidates
    from obs.enrichment_runs as x
    where x.tenant_id = r.tenant_id and x.kind = r.kind and x.status = 'success' and not x.is_simulation
        and x.started_at < r.started_at
    order by x.started_at desc
    limit 1
) as good on true
left join lateral (
    select case when bool_and(w.done is not null) then sum(w.weight * w.done) / nullif(sum(w.weight), 0) end as progress
    from (
        select
            coalesce(s.took, avg(s.took) over (), 1) as weight,
            case
                when s.has_ended then 1
                when not s.has_begun then 0
                -- least passes over NULL
                when a.items_due > 0 then least(s.items / a.items_due, 1)
            end as done
        from (
            select
                n.ended_at is not null as has_ended,
                n.stage is not null as has_begun,
                coalesce(n.count_total, 0)::numeric as items,
                n.planned,
                b.count_total as items_before,
                case when b.ended_at >= b.started_at then extract(epoch from b.ended_at - b.started_at) end as took
            from (
                select x.*
                from obs.run_stage_stats as x
                where x.tenant_id = r.tenant_id and x.run_id = r.run_id
            ) as n
            full join (
                select x.*
                from obs.run_stage_stats as x
                where x.tenant_id = r.tenant_id and x.run_id = good.run_id
            ) as b on n.stage = b.stage
        ) as s
        cross join lateral (
            select coalesce(s.planned, s.items_before * c.candidates / nullif(good.candidates, 0), s.items_before) as items_due
        ) as a
    ) as w
) as p on true
where r.status = 'running' and not r.is_simulation;
comment on view obs.run_forecast is
'One row a running run: how much is done, how many minutes it will take, whether 1,000 candidates stay within the target.';
