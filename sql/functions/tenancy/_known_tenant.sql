-- obs._known_tenant: refuses a tenant that does not exist; NULL passes
-- Called by: the administration functions
-- Reads/Writes: tenants
-- Raises: OB001
create or replace function obs._known_tenant(p_tenant_id text) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    if p_tenant_id is not null and not exists (select from obs.tenants t where t.tenant_id = p_tenant_id) then
        raise exception 'tenant % does not exist', quote_literal(left(p_tenant_id, 128))
            using errcode = 'OB001', hint = 'Make it: select obs.create_tenant(p_tenant_id => ...).';
    end if;
end
$$;
comment on function obs._known_tenant(text) is
'Refuses a tenant that does not exist; NULL, meaning all tenants, passes.';
