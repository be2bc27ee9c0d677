-- obs._check_run_life: where a run stopped: its last sign of life, the stage it was in, what is missing of it
-- Called by: run_check
-- Reads/Writes: enrichment_runs, run_stage_stats
-- Raises: nothing
create or replace function obs._check_run_life(p_alert obs.alerts) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_run obs.enrichment_runs;
    v_stages text;
    v_missing text;
    v_sign timestamptz;
begin
    select r.* into v_run from obs.enrichment_runs r where r.tenant_id = p_alert.tenant_id and r.run_id = p_alert.run_id;
    if not found then
        return obs._finding('unknown', 'the alert names no run that is known', 'see whether the scheduler started it at all');
    end if;
    v_sign := greatest(v_run.heartbeat_at, v_run.last_event_at);
    select string_agg(format('%s (%s of %s)', s.stage, s.count_total, coalesce(s.planned::text, '?')), ', ' order by s.started_at)
            filter (where s.status in ('running', 'crashed')),
        string_agg(format('%s (%s of %s events)', s.stage, s.events_seen, s.expected_events), ', ' order by s.started_at)
            filter (where not s.complete)
    into v_stages, v_missing
    from obs.run_stage_stats s
    where s.tenant_id = p_alert.tenant_id and s.run_id = p_alert.run_id;
    if v_run.status not in ('running', 'crashed') and v_missing is null then
        return obs._finding('clear', format('the run ended as %s, nothing is missing', v_run.status));
    elsif v_run.status not in ('running', 'crashed') then
        return obs._finding('cause', format('events never arrived: %s', v_missing), 'send the spool or the log files again: obs import FILE…',
            format('select * from obs.gaps(%L, %L);', v_run.run_id, v_run.tenant_id));
    end if;
    return obs._finding(
        case v_run.status when 'crashed' then 'cause' else 'unknown' end,
        format('the run is %s; last sign of life %s', v_run.status,
            coalesce(to_char(v_sign at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC', 'never'))
            || coalesce(', in ' || left(v_stages, 200), ''),
        'look at the host''s log of that moment; start the run again',
        format('select * from obs.run_overview where tenant_id = %L and run_id = %L;', v_run.tenant_id, v_run.run_id)
    );
end
$$;
comment on function obs._check_run_life(obs.alerts) is
'Where a run stopped: its last sign of life, the stage it was in, and which events never arrived.';
