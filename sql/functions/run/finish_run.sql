-- obs.finish_run: ends a run with its open stages and returns its row
-- Called by: pipelines
-- Reads/Writes: enrichment_runs, run_stage_stats and all that the fold writes
-- Raises: OB002 unknown run, OB004 ambiguous run id, OB003 run already finished otherwise, 22023 bad status
create or replace function obs.finish_run(
    p_run_id text,
    p_status text default null,
    p_tenant_id text default null,
    p_ended_at timestamptz default null
) returns obs.enrichment_runs
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_run obs.enrichment_runs := obs._lock_run(p_run_id, p_tenant_id);
begin
    perform obs._check_end_status(p_status);
    if not isfinite(coalesce(p_ended_at, obs.now())) then
        raise exception 'run % cannot end at %', quote_literal(p_run_id), p_ended_at using errcode = '22023';
    end if;
    if not obs._close_run(v_run.tenant_id, p_run_id, p_status, coalesce(p_ended_at, obs.now())) then
        raise exception 'run % already finished as %', quote_literal(p_run_id), v_run.status
            using errcode = 'OB003', hint = 'A finished run keeps its status; obs.discard_run takes a wrong run back.';
    end if;
    perform obs._after_change(v_run.tenant_id, p_run_id, null);
    select r.* into v_run
    from obs.enrichment_runs r
    where r.tenant_id = v_run.tenant_id and r.run_id = p_run_id;
    return v_run;
end
$$;
comment on function obs.finish_run(text, text, text, timestamptz) is
'Ends a run and its open stages and returns its row; p_status NULL lets the stages decide. Only crashed gives way'
' to a later finish.';
