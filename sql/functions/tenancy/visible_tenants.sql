-- obs.visible_tenants: the tenants whose rows the asking role may see
-- Called by: row security policies, once a query
-- Reads/Writes: tenant_roles, setting obs.tenant_id
-- Raises: nothing
-- A role that is no more has no oid here, and nobody is its member. No join: it would be planned for every table of a query.
-- The setting can be set by anybody with SQL, so it only ever narrows what the mapping gives.
create or replace function obs.visible_tenants() returns text[]
language sql stable security definer parallel safe set search_path = pg_catalog, pg_temp
begin atomic
    select coalesce(array_agg(distinct t.tenant_id), '{}'::text[])
    from obs.tenant_roles as t
    where pg_has_role(obs._asker(), to_regrole(quote_ident(t.role_name))::oid, 'usage')
        and t.revoked_at is null
        and t.tenant_id = coalesce(nullif(current_setting('obs.tenant_id', true), ''), t.tenant_id);
end;
comment on function obs.visible_tenants() is
'The tenants mapped to the asking role (and its groups), narrowed by the setting obs.tenant_id where that is set.';
