-- obs._after_change: what a change of a run asks for: its conditions judged, the host's relations remembered, its QA drawn
-- Called by: finish_stage, finish_run, set_metric, _apply
-- Reads/Writes: all that _probe_redaction, _judge_run, _snapshot_hosts and _draw_qa read and write
-- Raises: nothing
-- p_stages: the stages that ended; NULL when the run did.
create or replace function obs._after_change(p_tenant_id text, p_run_id text, p_stages text[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
    -- First, so that the alert on it is judged with this very end.
    if p_stages is null then
        perform obs._probe_redaction(p_tenant_id, p_run_id);
    end if;
    perform obs._judge_run(p_tenant_id, p_run_id, p_stages);
    if p_stages is null or 'mv_refresh' = any(p_stages) then
        perform obs._snapshot_hosts(p_tenant_id, p_run_id);
    end if;
    if p_stages is null and not obs._drawn_by_tick(p_tenant_id, p_run_id) then
        perform obs._draw_qa(p_tenant_id, p_run_id);
    end if;
end
$$;
comment on function obs._after_change(text, text, text[]) is
'What a change of a run asks for: its conditions judged, the host''s relations remembered, its QA samples drawn.';
