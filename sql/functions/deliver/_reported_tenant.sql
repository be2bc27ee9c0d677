-- obs._reported_tenant: refuses a tenant that the caller may not read, in the words for one that does not exist
-- Called by: claim_night_mail, end_night_mail
-- Reads/Writes: tenants, tenant_roles
-- Raises: OB001
create or replace function obs._reported_tenant(p_tenant_id text) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_mine text[] := obs._readable_tenants();
begin
    if not exists (
        select from obs.tenants t where t.tenant_id = p_tenant_id and (v_mine is null or t.tenant_id = any(v_mine))
    ) then
        raise exception 'tenant % does not exist', quote_nullable(left(p_tenant_id, 128))
            using errcode = 'OB001', hint = 'Make it: select obs.create_tenant(p_tenant_id => ...).';
    end if;
end
$$;
comment on function obs._reported_tenant(text) is
'Refuses a tenant that the caller may not read, in the words for one that does not exist.';
