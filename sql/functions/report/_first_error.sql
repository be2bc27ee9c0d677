-- obs._first_error: the first thing that went wrong in a run, as JSON; NULL when nothing did, or its raw events are gone
-- Called by: run_stats
-- Reads/Writes: run_stage_stats, run_error_codes, run_event_logs, error_texts, with the rights of who asks
-- Raises: nothing
-- Retries that were announced are left out: what they retry has been logged by itself. Stage by stage, since the index of
-- errors is ordered by stage; errors outside any stage have none.
create or replace function obs._first_error(p_tenant_id text, p_run_id text, p_run_day date) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    return (
        select jsonb_build_object(
            'ts', f.ts, 'stage', f.stage, 'vendor', f.vendor, 'error_code', f.error_code,
            'error_msg', obs.error_text(f.tenant_id, f.error_msg), 'company_id', f.company_id, 'trace_id', f.trace_id
        )
        from (
            select x.*
            from (
                select s.stage from obs.run_stage_stats s where s.tenant_id = p_tenant_id and s.run_id = p_run_id
                union
                select c.stage from obs.run_error_codes c where c.tenant_id = p_tenant_id and c.run_id = p_run_id
            ) k
            cross join lateral (
                select e.*
                from obs.run_event_logs e
                where e.tenant_id = p_tenant_id and e.run_id = p_run_id and e.run_day = p_run_day and e.status = 'error'
                  and e.stage = k.stage and e.kind <> 'retry'
                order by e.ts, e.event_id
                limit 1
            ) x
            union all
            (
                select e.*
                from obs.run_event_logs e
                where e.tenant_id = p_tenant_id and e.run_id = p_run_id and e.run_day = p_run_day and e.status = 'error'
                  and e.stage is null and e.kind <> 'retry'
                order by e.ts, e.event_id
                limit 1
            )
        ) f
        order by f.ts, f.event_id
        limit 1
    );
end
$$;
comment on function obs._first_error(text, text, date) is 'The first thing that went wrong in a run, as JSON.';
