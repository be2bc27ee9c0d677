-- obs._check_odoo_mapping: whether odoo_connections has the tenant's row, and which of its values are missing
-- Called by: run_check
-- Reads/Writes: settings, the host's table of connections, run_event_logs
-- Raises: 55P03 while somebody holds the table in ACCESS EXCLUSIVE mode
-- Only names of columns that are NULL are read, never a value: a connection has credentials.
create or replace function obs._check_odoo_mapping(p_alert obs.alerts) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_table regclass := obs._host_relation(p_alert.tenant_id, 'host_odoo_connections');
    v_name text := obs._relation_name(v_table);
    v_parts jsonb;
    v_empty text[];
    v_blamed text;
    v_look text;
begin
    if v_table is null then
        return obs._no_host(p_alert.tenant_id, 'host_odoo_connections', 'public.odoo_connections');
    end if;
    v_parts := obs._host_parts(p_alert.tenant_id, v_table);
    v_look := format('select * from %s where tenant_id::text = %L;', v_name, p_alert.tenant_id);
    if not v_parts ? 'rows' then
        return obs._unreadable(v_table);
    elsif (v_parts -> 'row_count')::int = 0 then
        return obs._finding('cause', format('%s has no row of this tenant: there is no mapping to export with', v_name),
            'make the mapping with sane defaults, then re-run the export only', v_look);
    end if;
    if exists (select from pg_attribute a where a.attrelid = v_table and a.attname = 'tenant_id' and not a.attisdropped) then
        v_empty := obs._null_columns(p_alert.tenant_id, v_table);
    end if;
    select string_agg(distinct r.column_name, ', ') into v_blamed
    from obs._refused_exports(p_alert.tenant_id, p_alert.run_id) r
    where r.column_name = any(v_empty);
    if v_blamed is not null then
        return obs._finding(
            'cause', format('%s of this tenant has no %s, and exports are refused for it', v_name, v_blamed),
            'set a sane default, then re-run the export only', v_look
        );
    end if;
    return obs._finding('clear', format('%s has the tenant''s row%s', v_name,
        coalesce('; empty: ' || nullif(array_to_string(v_empty, ', '), ''), '')));
end
$$;
comment on function obs._check_odoo_mapping(obs.alerts) is
'Whether the tenant''s row of odoo_connections is there and has the values that exports are refused for.';
