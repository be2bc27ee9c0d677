-- obs._expire_runs: closes the door of runs past their window; number of runs
-- Called by: maintain_step
-- Reads/Writes: enrichment_runs (update), and what _runs_past_window reads
-- Raises: nothing
-- The door closes before anything goes: what arrives from now on is quarantined as expired, so a resend can neither come
-- back nor count twice. What keeps a run is read again once its row is locked: hold_run locks it too, so a hold that was
-- committed after the first look is seen by the second.
create or replace function obs._expire_runs(p_limit int default 5000) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenants text[];
    v_runs text[];
    v_count bigint;
begin
    select array_agg(q.tenant_id), array_agg(q.run_id) into v_tenants, v_runs
    from (
        select f.tenant_id, f.run_id
        from obs.enrichment_runs f
        join (
            select p.tenant_id, p.run_id from obs._runs_past_window() p where p.expired_at is null and p.kept_for is null
        ) w on w.tenant_id = f.tenant_id and w.run_id = f.run_id
        order by f.tenant_id, f.run_id
        limit p_limit
        for no key update of f skip locked
    ) q;
    update obs.enrichment_runs r
    set expired_at = obs.now()
    from obs._runs_past_window() p
    join unnest(v_tenants, v_runs) as k (tenant_id, run_id) on k.tenant_id = p.tenant_id and k.run_id = p.run_id
    where r.tenant_id = p.tenant_id and r.run_id = p.run_id and p.expired_at is null and p.kept_for is null;
    get diagnostics v_count = row_count;
    return v_count;
end
$$;
comment on function obs._expire_runs(int) is
'Closes the door of runs whose raw events are past their window; returns the number of runs.';
