-- obs._good_run_before: the latest run before a run that succeeded, of the same tenant and kind; NULL when there is none
-- Called by: explain, _run_changes
-- Reads/Writes: enrichment_runs, with the rights of who asks
-- Raises: nothing
-- A drill is compared with drills alone.
create or replace function obs._good_run_before(p_run obs.enrichment_runs) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    return (
        select r.run_id
        from obs.enrichment_runs r
        where r.tenant_id = p_run.tenant_id and (r.started_at, r.run_id) < (p_run.started_at, p_run.run_id)
          and r.kind = p_run.kind and r.status = 'success' and r.is_simulation = p_run.is_simulation
        order by r.started_at desc, r.run_id desc
        limit 1
    );
end
$$;
comment on function obs._good_run_before(obs.enrichment_runs) is
'The latest run before a run that succeeded, of the same tenant and kind; NULL when there is none.';
