-- obs._lock_run: finds a run among the caller's tenants and locks its row
-- Called by: start_stage, finish_stage, finish_run, set_metric, discard_run
-- Reads/Writes: enrichment_runs (row lock)
-- Raises: OB002 unknown run, OB004 ambiguous run id
create or replace function obs._lock_run(p_run_id text, p_tenant_id text) returns obs.enrichment_runs
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenant text := obs._resolve_tenant(p_run_id, p_tenant_id, obs._writable_tenants());
    v_run obs.enrichment_runs;
begin
    select r.* into v_run
    from obs.enrichment_runs r
    where r.tenant_id = v_tenant and r.run_id = p_run_id
    for no key update;
    if not found then  -- discarded while this waited for its row
        perform obs._resolve_tenant(p_run_id, v_tenant, array[v_tenant]);
        return obs._lock_run(p_run_id, v_tenant);  -- and started again by now
    end if;
    return v_run;
end
$$;
comment on function obs._lock_run(text, text) is 'Finds a run among the caller''s tenants and locks its row.';
