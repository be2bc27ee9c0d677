-- obs.finish_stage: ends a stage and returns its numbers, exact for all that is committed
-- Called by: pipelines
-- Reads/Writes: enrichment_runs (row lock), run_stage_stats and all that the fold writes
-- Raises: OB002 unknown run, OB004 ambiguous run id, OB003 stage already finished otherwise, 22023 bad stage or status
-- Twice, or from two sessions at once: one row, the same numbers. Events that commit later revise the row.
create or replace function obs.finish_stage(
    p_run_id text,
    p_stage text,
    p_status text default null,
    p_expected_events bigint default null,
    p_tenant_id text default null
) returns obs.run_stage_stats
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_run obs.enrichment_runs := obs._lock_run(p_run_id, p_tenant_id);
    v_stage obs.run_stage_stats;
    v_closed boolean;
begin
    perform obs._check_id('stage', p_stage);
    perform obs._check_end_status(p_status);
    v_closed := obs._close_stage(v_run.tenant_id, p_run_id, p_stage, p_status, obs.now(), p_expected_events);
    select s.* into v_stage
    from obs.run_stage_stats s
    where s.tenant_id = v_run.tenant_id and s.run_id = p_run_id and s.stage = p_stage;
    perform obs._after_change(v_run.tenant_id, p_run_id, array[p_stage]);
    if not v_closed then
        raise exception 'stage % of run % already finished as %', quote_literal(p_stage), quote_literal(p_run_id), v_stage.status
            using errcode = 'OB003', hint = 'A finished stage keeps its status; call without p_status to read it.';
    end if;
    return v_stage;
end
$$;
comment on function obs.finish_stage(text, text, text, bigint, text) is
'Ends a stage and returns its row of run_stage_stats; p_status NULL lets the items decide. p_expected_events '
'makes missing events visible (complete).';
