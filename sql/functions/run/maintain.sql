-- obs.maintain: event days ahead, thinning, compaction, pruning; call it each hour
-- Called by: pg_cron, any scheduler
-- Reads/Writes: jobs, event_days, run_event_logs, quarantined_events, cron.job_run_details
-- Raises: nothing of its own
create or replace function obs.maintain() returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_started timestamptz := clock_timestamp();
    v_result jsonb;
begin
    if not obs._begin_job('maintain') then
        return jsonb_build_object('job', 'maintain', 'skipped', 'another maintain is running');
    end if;
    v_result := jsonb_build_object(
        'job', 'maintain',
        'days_made', obs._make_days_ahead(),
        'events_thinned', obs._thin_runs(),
        'quarantine_pruned', obs._prune_quarantine(),
        'events_compacted', obs._compact_events(),
        'content_pruned', obs._prune_content(),
        'history_pruned', obs._prune_history(),
        'cron_history_pruned', case when obs._cron_access() = 'usable' then obs._cron_prune() end
    );
    perform obs._end_job('maintain', v_started, v_result);
    return v_result;
end
$$;
comment on function obs.maintain() is
'Makes event days ahead, thins finished runs by their capture mode, prunes quarantine. Each hour, from any scheduler.';
