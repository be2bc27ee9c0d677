-- obs.unexpect: forgets an expected run; false when there was none
-- Called by: administrators
-- Reads/Writes: expected_runs, audit_log
-- Raises: OB001 for an unknown tenant
create or replace function obs.unexpect(p_tenant_id text, p_name text default 'nightly') returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
    perform obs._known_tenant(p_tenant_id);
    delete from obs.expected_runs e where e.tenant_id = p_tenant_id and e.name = p_name;
    if not found then
        return false;
    end if;
    perform obs._audit(p_tenant_id, 'unexpect', jsonb_build_object('name', p_name));
    return true;
end
$$;
comment on function obs.unexpect(text, text) is
'Forgets an expected run of a tenant; false when there was none. Administrators only.';
