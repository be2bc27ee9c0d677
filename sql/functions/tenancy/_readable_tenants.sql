-- obs._readable_tenants: the tenants the caller may read; NULL means all
-- Called by: definer functions that read for a caller
-- Reads/Writes: tenant_roles
-- Raises: nothing
create or replace function obs._readable_tenants() returns text[]
language sql stable
return case
    when exists (
        select from unnest(array['obs_ops', 'obs_admin', 'obs_owner', 'obs_cron']) as g (name)
        where pg_has_role(obs._asker(), g.name, 'usage')
    ) and coalesce(current_setting('obs.tenant_id', true), '') = '' then null
    when exists (
        select from unnest(array['obs_ops', 'obs_admin', 'obs_owner', 'obs_cron']) as g (name)
        where pg_has_role(obs._asker(), g.name, 'usage')
    ) then array[current_setting('obs.tenant_id', true)]
    else obs.visible_tenants()
end;
comment on function obs._readable_tenants() is 'The tenants the caller may read; NULL means all (ops, administrators).';
