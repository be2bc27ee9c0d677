-- obs.heartbeat: says that a run is alive
-- Called by: client, every 30 s
-- Reads/Writes: enrichment_runs
-- Raises: OB002 unknown run, OB004 ambiguous run id
create or replace function obs.heartbeat(p_run_id text, p_tenant_id text default null) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenant text := obs._resolve_tenant(p_run_id, p_tenant_id, obs._writable_tenants());
begin
    update obs.enrichment_runs r
    set heartbeat_at = obs.now()
    where r.tenant_id = v_tenant and r.run_id = p_run_id and r.status = 'running';
end
$$;
comment on function obs.heartbeat(text, text) is 'Says that a run is alive; on a finished run it changes nothing.';
