-- obs._null_columns: which columns of a tenant's rows in a table of the host are NULL
-- Called by: _check_odoo_mapping
-- Reads/Writes: the table
-- Raises: 55P03 while somebody holds the table in ACCESS EXCLUSIVE mode, 42501 without the right to read it
create or replace function obs._null_columns(p_tenant_id text, p_table regclass) returns text[]
language plpgsql stable set search_path = pg_catalog, pg_temp set lock_timeout = '100ms'
as $$
declare
    v_columns text;
    v_empty text[];
begin
    select string_agg(format('case when bool_or(obs_row.%I is null) then %L end', a.attname, a.attname), ', ' order by a.attnum)
    into v_columns
    from pg_attribute a
    where a.attrelid = p_table and a.attnum > 0 and not a.attisdropped;
    execute format(
        'select array_remove(array[%s]::text[], null) from only %s obs_row where %s', v_columns, p_table,
        case when exists (
            select from pg_attribute a where a.attrelid = p_table and a.attname = 'tenant_id' and not a.attisdropped
        ) then 'format(''%s'', obs_row.tenant_id) = $1' else '$1 is not null' end
    ) into v_empty using p_tenant_id;
    return v_empty;
end
$$;
comment on function obs._null_columns(text, regclass) is
'Which columns of a tenant''s rows in a table of the host are NULL; names only.';
