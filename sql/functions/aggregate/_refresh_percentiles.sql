-- obs._refresh_percentiles: brings the percentiles of a stage's row up to date
-- Called by: _fold
-- Reads/Writes: run_stage_stats, enrichment_runs, event_days, latency_buckets, run_event_logs
-- Raises: nothing
create or replace function obs._refresh_percentiles(p_tenant_id text, p_run_id text, p_stage text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_day date;
    v_raw boolean;
    v_all int[];
    v_success int[];
begin
    select r.run_day, r.thinned_at is null and r.expired_at is null and d.dropped_at is null
    into v_day, v_raw
    from obs.enrichment_runs r
    left join obs.event_days d on d.run_day = r.run_day
    where r.tenant_id = p_tenant_id and r.run_id = p_run_id;
    v_all := obs._percentiles(p_tenant_id, p_run_id, p_stage, v_day, false, v_raw);
    v_success := obs._percentiles(p_tenant_id, p_run_id, p_stage, v_day, true, v_raw);
    update obs.run_stage_stats s
    set p50_ms = v_all[1], p95_ms = v_all[2], p99_ms = v_all[3],
        p50_success_ms = v_success[1], p95_success_ms = v_success[2], p99_success_ms = v_success[3],
        percentile_source = case when v_all is null then 'none' when v_raw then 'raw' else 'rollup' end
    where s.tenant_id = p_tenant_id and s.run_id = p_run_id and s.stage = p_stage;
end
$$;
comment on function obs._refresh_percentiles(text, text, text) is
'Brings the percentiles of a stage''s row up to date.';
