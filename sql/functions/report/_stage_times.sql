-- obs._stage_times: a run's wall time by stage, in ms; what no stage was running for stands under NULL
-- Called by: _explain_duration
-- Reads/Writes: run_stage_stats, with the rights of who asks
-- Raises: nothing
-- A moment in which several stages run is theirs in equal parts, in whole ms: a piece of n ms goes to the j-th of k as
-- n j / k - n (j - 1) / k, rounded down. What is outside the run counts for nobody, so all add up to its duration.
create or replace function obs._stage_times(p_run obs.enrichment_runs) returns table (stage text, duration_ms bigint)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    with span as materialized (
        select
            s.stage,
            greatest(round(extract(epoch from s.started_at - p_run.started_at) * 1000)::bigint, 0) as low,
            least(round(extract(epoch from s.ended_at - p_run.started_at) * 1000)::bigint, p_run.duration_ms) as high
        from obs.run_stage_stats s
        where s.tenant_id = p_run.tenant_id and s.run_id = p_run.run_id and s.started_at is not null and s.ended_at is not null
    ), piece as (
        select p.at as low, lead(p.at) over (order by p.at) as high
        from (select s.low as at from span s where s.high > s.low union select s.high from span s where s.high > s.low) p
    ), part as (
        select s.stage, p.high - p.low as ms, row_number() over (partition by p.low order by s.stage) as j,
            count(*) over (partition by p.low) as k
        from piece p
        join span s on s.low <= p.low and s.high >= p.high
    ), summed as (
        select p.stage, sum(p.ms * p.j / p.k - p.ms * (p.j - 1) / p.k)::bigint as ms from part p group by p.stage
    )
    select s.stage::text, s.ms from summed s
    union all
    select null, p_run.duration_ms - coalesce((select sum(s.ms) from summed s), 0)::bigint;
end
$$;
comment on function obs._stage_times(obs.enrichment_runs) is
'A run''s wall time by stage, in ms; what no stage was running for stands under NULL.';
