-- obs._rerun: the companies of a stage that failed and did not succeed later in the run, to be run again
-- Called by: the checks crawl_rerun and export_rerun
-- Reads/Writes: enrichment_runs, run_stage_stats, run_event_logs
-- Raises: nothing
-- At most 5 000 failures are looked at and 200 companies listed; the SQL lists them all.
create or replace function obs._rerun(p_alert obs.alerts, p_stage text, p_what text) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_ids text[];
    v_count bigint;
    v_total int := (
        select s.count_error from obs.run_stage_stats s
        where s.tenant_id = p_alert.tenant_id and s.run_id = p_alert.run_id and s.stage = p_stage
    );
begin
    select count(*), (array_agg(f.company_id order by f.company_id))[1:200] into v_count, v_ids
    from (
        select distinct e.company_id
        from obs.enrichment_runs r
        cross join lateral (
            select e.company_id
            from obs.run_event_logs e
            where e.tenant_id = r.tenant_id and e.run_id = r.run_id and e.run_day = r.run_day and e.stage = p_stage
              and e.status = 'error' and e.kind = 'item' and e.company_id is not null
            order by e.ts
            limit 5000
        ) e
        where r.tenant_id = p_alert.tenant_id and r.run_id = p_alert.run_id
    ) f;
    if v_count = 0 then
        return obs._finding(
            case when v_total > 0 then 'unknown' else 'clear' end,
            case when v_total > 0 then 'no failed item names its company' else 'nothing failed that would have to be run again' end
        );
    end if;
    return obs._finding(
        'clear', format('%s %s to be run again: %s', v_count, case v_count when 1 then 'company' else 'companies' end,
            array_to_string(v_ids[1:10], ', ') || case when v_count > 10 then ', …' else '' end),
        p_what,
        format(
            'select distinct company_id from obs.run_event_logs where tenant_id = %L and run_id = %L and stage = %L '
            'and status = ''error'' and kind = ''item'';', p_alert.tenant_id, p_alert.run_id, p_stage
        ),
        jsonb_build_object('company_ids', to_jsonb(v_ids), 'companies', v_count)
    );
end
$$;
comment on function obs._rerun(obs.alerts, text, text) is
'The companies of a stage that failed, to be run again: the first 200 and the SQL for all.';
