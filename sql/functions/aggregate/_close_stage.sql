-- obs._close_stage: folds a stage's run and ends the stage; false when the stage had ended otherwise
-- Called by: finish_stage, _apply_lifecycle; both hold the lock of the run's row
-- Reads/Writes: stage_deltas, run_stage_stats and all that _fold writes
-- Raises: nothing
-- Without a status the items decide: error when none of one or more succeeded, else success. crashed was only
-- inferred and gives way to a real finish; any other end stays.
create or replace function obs._close_stage(
    p_tenant_id text, p_run_id text, p_stage text, p_status text, p_ended_at timestamptz, p_expected_events bigint
) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_status text := case when p_status in ('success', 'partial', 'error', 'cancelled', 'crashed') then p_status end;
    v_old text;
begin
    perform obs._fold(p_tenant_id, p_run_id);
    perform obs._open_stage(p_tenant_id, p_run_id, p_stage, null, null);
    select s.status into v_old
    from obs.run_stage_stats s
    where s.tenant_id = p_tenant_id and s.run_id = p_run_id and s.stage = p_stage;
    if v_old not in ('running', 'crashed') or v_old = v_status then
        update obs.run_stage_stats s
        set expected_events = p_expected_events
        where s.tenant_id = p_tenant_id and s.run_id = p_run_id and s.stage = p_stage and p_expected_events is not null
          and s.expected_events is distinct from p_expected_events;
        return v_status is null or v_status = v_old;
    end if;
    update obs.run_stage_stats s
    set status = coalesce(v_status, case when s.count_total > 0 and s.count_success = 0 then 'error' else 'success' end),
        ended_at = greatest(p_ended_at, s.started_at),
        expected_events = coalesce(p_expected_events, s.expected_events),
        finished_at = clock_timestamp(),
        revision = s.revision + (v_old <> 'running')::int,
        updated_at = clock_timestamp()
    where s.tenant_id = p_tenant_id and s.run_id = p_run_id and s.stage = p_stage;
    return true;
end
$$;
comment on function obs._close_stage(text, text, text, text, timestamptz, bigint) is
'Folds a stage''s run and ends the stage; false when the stage had ended otherwise.';
