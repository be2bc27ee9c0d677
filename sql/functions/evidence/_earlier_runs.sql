-- obs._earlier_runs: the runs of the same tenant and kind before the one of an alert, the latest first
-- Called by: the checks
-- Reads/Writes: enrichment_runs
-- Raises: nothing
create or replace function obs._earlier_runs(p_tenant_id text, p_run_id text, p_limit int default 7)
returns table (run_id text, run_day date)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    select e.run_id, e.run_day
    from obs.enrichment_runs r
    join obs.enrichment_runs e on e.tenant_id = r.tenant_id and e.started_at < r.started_at
    where r.tenant_id = p_tenant_id and r.run_id = p_run_id and e.kind = r.kind and e.status <> 'running' and not e.is_simulation
    order by e.started_at desc
    limit p_limit;
end
$$;
comment on function obs._earlier_runs(text, text, int) is
'The ended runs of the same tenant and kind before a run, the latest first; drills are none.';
