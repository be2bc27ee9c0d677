-- obs._null_columns: which columns of a tenant's rows in a table of the host are NULL
-- Called by: _check_odoo_mapping
-- Reads/Writes: the table
-- Raises: 55P03 while somebody holds the table in ACCESS EXCLUSIVE mode, 42501 without the right to read it
create or replace function obs._null_columns(p_tenant_id text, p_table regclass) returns text[]
language plpgsql stable set search_path = pg_catalog, pg_temp set lock_timeout = '100ms'
as $$
declare
    v_column name;
    v_empty text[] := array[]::text[];
    v_is_empty boolean;
begin
    for v_column in
        select a.attname from pg_attribute a where a.attrelid = p_table and a.attnum > 0 and not a.attisdropped order by a.attnum
    loop
        execute format(
            'select bool_or(obs_row.%I is null) from only %s obs_row where format(''%%s'', obs_row.tenant_id) = $1', v_column, p_table
        ) into v_is_empty using p_tenant_id;
        if v_is_empty then
            v_empty := v_empty || v_column::text;
        end if;
    end loop;
    return v_empty;
end
$$;
comment on function obs._null_columns(text, regclass) is
'Which columns of a tenant''s rows in a table of the host are NULL; names only. The table has a column tenant_id.';
