-- obs.revoke_access: takes a role's right to act for a tenant
-- Called by: administrators
-- Reads/Writes: tenant_roles, audit_log
-- Raises: OB001 unknown tenant
-- The row stays, marked: a login that was ever bound to tenants never becomes a trusted backend by losing its last one.
create or replace function obs.revoke_access(p_role name, p_tenant_id text) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_found boolean;
begin
    perform obs._known_tenant(p_tenant_id);
    update obs.tenant_roles t
    set revoked_at = clock_timestamp()
    where t.tenant_id = p_tenant_id and t.role_name = p_role and t.revoked_at is null;
    v_found := found;
    perform obs._audit(p_tenant_id, 'revoke_access', jsonb_build_object('role', p_role, 'found', v_found));
    return v_found;
end
$$;
comment on function obs.revoke_access(name, text) is
'Takes a role''s mapping to a tenant; true when there was one. A login once mapped stays bound: with no mapping '
'left it writes nothing.';
