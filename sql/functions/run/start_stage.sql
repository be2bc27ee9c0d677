-- obs.start_stage: starts a stage of a run
-- Called by: pipelines
-- Reads/Writes: enrichment_runs, run_stage_stats
-- Raises: OB002 unknown run, OB004 ambiguous run id, OB003 run already finished, 22023 bad stage
create or replace function obs.start_stage(
    p_run_id text,
    p_stage text,
    p_planned int default null,
    p_tenant_id text default null,
    p_started_at timestamptz default null
) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_run obs.enrichment_runs := obs._lock_run(p_run_id, p_tenant_id);
begin
    perform obs._check_id('stage', p_stage);
    if v_run.status not in ('running', 'crashed') then
        raise exception 'run % already finished as %: a finished run takes no new stage', quote_literal(p_run_id), v_run.status
            using errcode = 'OB003', hint = 'Events of the run are still taken, as late ones.';
    end if;
    perform obs._open_stage(v_run.tenant_id, p_run_id, p_stage, obs._sane_start(p_started_at), p_planned);
end
$$;
comment on function obs.start_stage(text, text, int, text, timestamptz) is
'Starts a stage of a running run; p_planned is how many items are meant to come.';
