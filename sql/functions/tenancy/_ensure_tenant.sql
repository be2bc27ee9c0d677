-- obs._ensure_tenant: makes a tenant with its pepper when it is missing
-- Called by: create_tenant, _open_run, _prepare_runs
-- Reads/Writes: tenants, tenant_peppers
-- Raises: nothing; its callers have checked the id
create or replace function obs._ensure_tenant(p_tenant_id text, p_is_new boolean) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
    if exists (select from obs.tenants t where t.tenant_id = p_tenant_id) then
        return;
    end if;
    insert into obs.tenants (tenant_id, is_new, created_by)
    values (p_tenant_id, p_is_new, obs._asker())
    on conflict do nothing;
    insert into obs.tenant_peppers (tenant_id, version, pepper)
    values (p_tenant_id, 1, uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
    on conflict do nothing;
end
$$;
comment on function obs._ensure_tenant(text, boolean) is 'Makes a tenant with its pepper when it is missing.';
