-- obs._secure_table: enables and forces row security on a table of obs and gives it its policies
-- Called by: schema/90_policies.sql, _ensure_event_day (partitions)
-- Reads/Writes: the catalog
-- Raises: nothing; what is in place is left alone, so that a second install takes no lock
create or replace function obs._secure_table(p_table regclass) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_name text := (select c.relname from pg_class c where c.oid = p_table);
    v_column text := (
        select a.attname from pg_attribute a where a.attrelid = p_table and a.attname = 'tenant_id' and not a.attisdropped
    );
    v_of_tenant constant text := 'tenant_id = any((select obs.visible_tenants())::text[])';
    v_policy record;
begin
    if not (select c.relrowsecurity and c.relforcerowsecurity from pg_class c where c.oid = p_table) then
        execute format('alter table %s enable row level security', p_table);
        execute format('alter table %s force row level security', p_table);
    end if;
    for v_policy in
        select p.polname, p.definition from (values
            ('obs_owner_all', 'to obs_owner using (true) with check (true)'),
            ('obs_tenant_rows', case
                when v_column is null or v_name in ('tenant_peppers', 'tenant_roles', 'audit_log', 'stage_deltas') then null
                when v_name in ('settings', 'price_cards', 'vendor_error_codes', 'extra_keys')
                    then 'for select to obs_reader, obs_bi using (tenant_id is null or ' || v_of_tenant || ')'
                else 'for select to obs_reader, obs_bi using (' || v_of_tenant || ')'
            end),
            ('obs_ops_rows', case
                when v_name = 'tenant_peppers' then null
                when v_name = 'quarantined_events' then 'for select to obs_ops using (tenant_id is not null)'
                else 'for select to obs_ops using (true)'
            end),
            ('obs_admin_rows', case
                when v_name = 'tenant_peppers' then null
                else 'for select to obs_admin using (true)'
            end)
        ) as p (polname, definition)
        where p.definition is not null
          and not exists (select from pg_policy o where o.polrelid = p_table and o.polname = p.polname)
    loop
        execute format('create policy %I on %s %s', v_policy.polname, p_table, v_policy.definition);
    end loop;
end
$$;
comment on function obs._secure_table(regclass) is
'Enables and forces row security on a table of obs and gives it its policies.';
