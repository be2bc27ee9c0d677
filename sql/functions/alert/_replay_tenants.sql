-- obs._replay_tenants: the tenants that a back-test may look at: those the caller may read, or the named one of them
-- Called by: backtest, backtest_sweep
-- Reads/Writes: tenants, tenant_roles
-- Raises: OB001: a tenant of somebody else's gets the very answer of one that does not exist
create or replace function obs._replay_tenants(p_tenant_id text) returns text[]
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenants constant text[] := obs._readable_tenants();
begin
    if p_tenant_id is null then
        return v_tenants;
    end if;
    -- '' is obs itself, for those who see everything.
    if (v_tenants is null or p_tenant_id = any(v_tenants))
        and (p_tenant_id = '' or exists (select from obs.tenants t where t.tenant_id = p_tenant_id)) then
        return array[p_tenant_id];
    end if;
    raise exception 'tenant % is not known among your tenants', quote_literal(left(p_tenant_id, 128))
        using errcode = 'OB001', hint = 'select tenant_id from obs.tenants;';
end
$$;
comment on function obs._replay_tenants(text) is
'The tenants that a back-test may look at (NULL: all): those the caller may read, or the named one of them.';
