-- obs._exemplars: the slowest item of each stage of a run, as JSON: the ones to look at when a p99 is bad
-- Called by: run_stats
-- Reads/Writes: run_stage_stats, run_event_logs, with the rights of who asks
-- Raises: nothing
-- Of the twenty slowest the slowest that has a trace; without any trace the slowest. PL/pgSQL, as its neighbours are, because a
-- plan over all days is dear: here it is made once for the one day that is asked for.
create or replace function obs._exemplars(p_tenant_id text, p_run_id text, p_run_day date) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    return (
        select coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'stage', s.stage, 'duration_ms', x.duration_ms, 'company_id', x.company_id, 'trace_id', x.trace_id
                )
                order by s.started_at, s.stage
            ),
            '[]'
        )
        from obs.run_stage_stats s
        cross join lateral (
            select n.duration_ms, n.company_id, n.trace_id
            from (
                select e.duration_ms, e.company_id, e.trace_id, e.event_id
                from obs.run_event_logs e
                where e.tenant_id = p_tenant_id and e.run_id = p_run_id and e.run_day = p_run_day and e.stage = s.stage
                  and e.kind = 'item' and e.duration_ms is not null
                order by e.duration_ms desc, e.event_id
                limit 20
            ) n
            order by n.trace_id is null, n.duration_ms desc, n.event_id
            limit 1
        ) x
        where s.tenant_id = p_tenant_id and s.run_id = p_run_id
    );
end
$$;
comment on function obs._exemplars(text, text, date) is
'The slowest item of each stage of a run, as JSON, rather one that has a trace.';
