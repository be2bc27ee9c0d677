-- obs.tick: brings open and late stages up to date, and closes runs that nobody finished; call it each minute
-- Called by: pg_cron, any scheduler
-- Reads/Writes: jobs, and all that the fold and the closing write
-- Raises: nothing of its own
-- One tick at a time: a second one leaves at once. A run that somebody is finishing right now is left to them. The cost
-- follows the deltas, not the size of a stage.
create or replace function obs.tick(p_max_runs int default 1000) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_started timestamptz := clock_timestamp();
    v_run record;
    v_status text;
    v_folded int := 0;
    v_crashed int;
    v_result jsonb;
begin
    if not obs._begin_job('tick') then
        return jsonb_build_object('job', 'tick', 'skipped', 'another tick is running');
    end if;
    for v_run in
        select d.tenant_id, d.run_id from obs.stage_deltas d group by d.tenant_id, d.run_id limit p_max_runs
    loop
        perform from obs.enrichment_runs r
        where r.tenant_id = v_run.tenant_id and r.run_id = v_run.run_id
        for no key update skip locked;
        if found and obs._fold(v_run.tenant_id, v_run.run_id) then
            v_folded := v_folded + 1;
            select r.status into v_status
            from obs.enrichment_runs r
            where r.tenant_id = v_run.tenant_id and r.run_id = v_run.run_id;
            if v_status <> 'running' then
                perform obs._close_run(v_run.tenant_id, v_run.run_id, v_status, null);
                perform obs._put_contactable(v_run.tenant_id, v_run.run_id);
            end if;
        end if;
    end loop;
    v_crashed := obs._close_abandoned();
    v_result := jsonb_build_object('job', 'tick', 'folded_runs', v_folded, 'crashed_runs', v_crashed);
    perform obs._end_job('tick', v_started, v_result);
    return v_result;
end
$$;
comment on function obs.tick(int) is
'Folds new events into open and late stages of up to p_max_runs runs and closes abandoned runs as crashed. Each '
'minute, from any scheduler.';
