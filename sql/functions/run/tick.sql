-- obs.tick: brings open and late stages up to date, closes runs that nobody finished, evaluates alerts; call it each minute
-- Called by: pg_cron, any scheduler
-- Reads/Writes: jobs, enrichment_runs, and all that the fold, the closing and the evaluation write
-- Raises: nothing of its own
-- One tick at a time: a second one leaves at once. A run that somebody is finishing right now is left to them. The cost
-- follows the deltas, not the size of a stage.
create or replace function obs.tick(p_max_runs int default 1000) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_started timestamptz := clock_timestamp();
    v_folded int;
    v_failed int := 0;
    v_crashed int;
    v_drawn int;
    v_alerts jsonb;
    v_result jsonb;
begin
    if not obs._begin_job('tick') then
        return jsonb_build_object('job', 'tick', 'skipped', 'another tick is running');
    end if;
    begin
        select f.folded into v_folded from obs._fold_waiting(p_max_runs, false) f;
    exception when others then
        -- A run that cannot be added up must not keep the others waiting: once more, one by one.
        select f.folded, f.failed into v_folded, v_failed from obs._fold_waiting(null, true) f;
    end;
    v_crashed := obs._close_abandoned();
    if v_crashed > 0 then
        perform obs._queue_run(r.tenant_id, r.run_id)
        from obs.enrichment_runs r
        where r.status = 'crashed' and r.finished_at >= v_started;
    end if;
    v_drawn := obs._draw_missed();
    begin
        v_alerts := obs.evaluate_alerts();
    exception when others then
        -- Numbers are kept whatever happens to the alerts on them.
        raise warning 'obs cannot evaluate alerts: SQLSTATE %', sqlstate;
        v_alerts := jsonb_build_object('failed', sqlstate);
    end;
    v_result := jsonb_build_object('job', 'tick', 'alerts', v_alerts, 'folded_runs', v_folded, 'crashed_runs', v_crashed)
        || case when v_failed > 0 then jsonb_build_object('failed_runs', v_failed) else '{}' end
        || case when v_drawn > 0 then jsonb_build_object('drawn_runs', v_drawn) else '{}' end;
    perform obs._end_job('tick', v_started, v_result);
    return v_result;
end
$$;
comment on function obs.tick(int) is
'Folds new events into open and late stages of up to p_max_runs runs, closes abandoned runs as crashed and evaluates alerts. '
'Each minute, from any scheduler.';
