-- obs._apply: lets stored lifecycle events take effect, in their order
-- Called by: _enter, log_batch
-- Reads/Writes: enrichment_runs (row locks) and what _apply_lifecycle and _after_change write
-- Raises: nothing
-- Run rows are locked in key order: two doors never wait for each other crosswise.
create or replace function obs._apply(p_lifecycle obs.event[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_event obs.event;
    v_run record;
begin
    perform from obs.enrichment_runs r
    where (r.tenant_id, r.run_id) in (select l.tenant_id, l.run_id from unnest(p_lifecycle) l)
    order by r.tenant_id, r.run_id
    for no key update;
    foreach v_event in array p_lifecycle loop
        perform obs._apply_lifecycle(v_event);
    end loop;
    -- Judged once a run, when all of the batch has taken effect: what a run shows in between, nobody saw.
    for v_run in
        select l.tenant_id, l.run_id, min(r.started_at) as started_at, bool_or(l.event = 'run_finish') as is_over,
            coalesce(array_agg(l.stage) filter (where l.event = 'stage_finish'), '{}') as stages
        from unnest(p_lifecycle) l
        join obs.enrichment_runs r on r.tenant_id = l.tenant_id and r.run_id = l.run_id
        where l.event in ('run_start', 'stage_finish', 'run_finish', 'metric')
        group by l.tenant_id, l.run_id
        order by l.tenant_id, started_at, l.run_id
    loop
        perform obs._after_change(v_run.tenant_id, v_run.run_id, case when not v_run.is_over then v_run.stages end);
    end loop;
end
$$;
comment on function obs._apply(obs.event[]) is 'Lets stored lifecycle events take effect, in their order.';
