-- obs.rotate_pepper: a new pepper for a tenant; the old ones stay, so that old hashes can still be found
-- Called by: administrators
-- Reads/Writes: tenant_peppers, audit_log
-- Raises: OB001 unknown tenant
-- Who rotates at the same time waits for the tenant's row. Writers wait for nothing: a batch hashes under the newest pepper it
-- sees.
create or replace function obs.rotate_pepper(p_tenant_id text) returns int
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_version int;
begin
    perform obs._known_tenant(coalesce(p_tenant_id, ''));
    perform from obs.tenants t where t.tenant_id = p_tenant_id for no key update;
    insert into obs.tenant_peppers (tenant_id, version, pepper)
    select p_tenant_id, coalesce(max(p.version), 0) + 1, uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
    from obs.tenant_peppers p
    where p.tenant_id = p_tenant_id
    returning version into v_version;
    perform obs._audit(p_tenant_id, 'rotate_pepper', jsonb_build_object('version', v_version));
    return v_version;
end
$$;
comment on function obs.rotate_pepper(text) is
'Makes a new pepper for a tenant and returns its version; old hashes can still be found by email_hashes.';
