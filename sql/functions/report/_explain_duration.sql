-- obs._explain_duration: the difference of two ended runs' durations by stage, and what they waited; no row while one runs
-- Called by: explain
-- Reads/Writes: run_stage_stats, with the rights of who asks
-- Raises: nothing
create or replace function obs._explain_duration(p_before obs.enrichment_runs, p_after obs.enrichment_runs)
returns table (part text, stage text, before numeric, after numeric, delta numeric)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    if p_before.duration_ms is null or p_after.duration_ms is null then
        return;
    end if;
    return query
    select
        case when t.stage is null then 'waiting' else 'stage' end, t.stage,
        coalesce(sum(t.duration_ms) filter (where t.side = 0), 0), coalesce(sum(t.duration_ms) filter (where t.side = 1), 0),
        coalesce(sum(case t.side when 1 then t.duration_ms else -t.duration_ms end), 0)
    from (
        select 0 as side, b.* from obs._stage_times(p_before) b
        union all
        select 1, a.* from obs._stage_times(p_after) a
    ) t
    group by t.stage
    having sum(case t.side when 1 then t.duration_ms else -t.duration_ms end) <> 0;
end
$$;
comment on function obs._explain_duration(obs.enrichment_runs, obs.enrichment_runs) is
'The difference of two ended runs'' durations by stage, and what they waited; no row while one runs.';
