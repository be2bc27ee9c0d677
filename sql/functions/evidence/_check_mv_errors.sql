-- obs._check_mv_errors: what the refresh itself said
-- Called by: run_check
-- Reads/Writes: run_stage_stats, run_error_codes, run_event_logs, error_texts, enrichment_runs
-- Raises: nothing
create or replace function obs._check_mv_errors(p_alert obs.alerts) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_stage obs.run_stage_stats;
    v_split record;
    v_message text;
begin
    select s.* into v_stage
    from obs.run_stage_stats s
    where s.tenant_id = p_alert.tenant_id and s.run_id = p_alert.run_id and s.stage = 'mv_refresh';
    if not found then
        return obs._finding('unknown', 'no refresh was logged: stage mv_refresh is missing', 'see whether the nightly job ran at all');
    end if;
    select x.* into v_split from obs._class_split(p_alert.tenant_id, p_alert.run_id, 'mv_refresh') x limit 1;
    if not found then
        return case when v_stage.status in ('error', 'crashed')
            then obs._finding('unknown', format('stage mv_refresh is %s and left no error code', v_stage.status))
            else obs._finding('clear', format('the refresh logged no error: %s of %s done', v_stage.count_success, v_stage.count_total))
        end;
    end if;
    select left(obs.error_text(e.tenant_id, e.error_msg), 200) into v_message
    from obs.enrichment_runs r
    join obs.run_event_logs e on e.tenant_id = r.tenant_id and e.run_id = r.run_id and e.run_day = r.run_day
    where r.tenant_id = p_alert.tenant_id and r.run_id = p_alert.run_id and e.stage = 'mv_refresh' and e.status = 'error'
    order by e.ts
    limit 1;
    return obs._finding(
        case v_split.class when 'other' then 'unknown' else 'cause' end,
        format('%s of %s refreshes failed (%s: %s)', v_stage.count_error, v_stage.count_total, v_split.class, v_split.codes)
            || coalesce(': ' || v_message, ''),
        case v_split.class
            when 'locks' then 'find and end the session that holds the view, then refresh again'
            when 'privileges' then 'refresh as the owner of the view, or grant it what it reads'
            when 'schema drift' then 're-apply the migrations, then run scripts/refresh_icp_mv.py'
            when 'view not ready' then 'make the unique index or populate the view, then refresh again'
            when 'space' then 'free disk space, then refresh again'
            when 'constraints' then 'the unique index met rows twice: mend the data or the definition'
            else 'see whether the database can be reached, then run scripts/refresh_icp_mv.py'
        end
    );
end
$$;
comment on function obs._check_mv_errors(obs.alerts) is 'What the refresh itself said: error class and first message.';
