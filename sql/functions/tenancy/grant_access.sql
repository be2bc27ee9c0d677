-- obs.grant_access: lets a role act for a tenant
-- Called by: administrators
-- Reads/Writes: tenant_roles, audit_log
-- Raises: OB001 unknown tenant, 42704 unknown role, 42501 a role of obs itself
create or replace function obs.grant_access(p_role name, p_tenant_id text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
    perform obs._known_tenant(p_tenant_id);
    if not exists (select from pg_roles r where r.rolname = p_role) then
        raise exception 'role % does not exist', quote_ident(p_role)
            using errcode = '42704', hint = 'Make the login first, and grant it obs_reader or obs_writer.';
    end if;
    if p_role like 'obs\_%' and p_role in (
        'obs_owner', 'obs_writer', 'obs_reader', 'obs_reviewer', 'obs_ops', 'obs_forwarder', 'obs_bi', 'obs_admin', 'obs_cron', 'obs_host'
    ) then
        raise exception 'role % belongs to obs: mapping it would map all its members', quote_ident(p_role)
            using errcode = '42501', hint = 'Map the login, or a group of your own.';
    end if;
    insert into obs.tenant_roles as t (tenant_id, role_name, granted_by)
    values (p_tenant_id, p_role, obs._asker())
    on conflict (tenant_id, role_name) do update set revoked_at = null
        where t.revoked_at is not null;
    perform obs._audit(p_tenant_id, 'grant_access', jsonb_build_object('role', p_role));
end
$$;
comment on function obs.grant_access(name, text) is
'Maps a login or group to a tenant: what it reads (with obs_reader) and writes (with obs_writer) is bound to its '
'tenants from then on.';
