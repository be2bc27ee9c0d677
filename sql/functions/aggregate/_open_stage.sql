-- obs._open_stage: makes a stage's row, or completes it with its start and plan
-- Called by: start_stage, _apply_lifecycle, _close_stage
-- Reads/Writes: run_stage_stats
-- Raises: nothing
create or replace function obs._open_stage(
    p_tenant_id text, p_run_id text, p_stage text, p_started_at timestamptz, p_planned bigint
) returns void
language sql volatile
begin atomic
    insert into obs.run_stage_stats as s (tenant_id, run_id, stage, started_at, planned)
    values (p_tenant_id, p_run_id, p_stage, p_started_at, case when p_planned between 0 and 2147483647 then p_planned::int end)
    on conflict (tenant_id, run_id, stage) do update
        set started_at = least(s.started_at, excluded.started_at), planned = coalesce(excluded.planned, s.planned);
end;
comment on function obs._open_stage(text, text, text, timestamptz, bigint) is
'Makes a stage''s row, or completes it with its start and plan.';
