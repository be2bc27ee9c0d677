-- obs._host_parts: what a relation of the host looks like, as checksums by part
-- Called by: _snapshot_hosts, the checks
-- Reads/Writes: the catalog, the relation itself
-- Raises: 55P03 while somebody holds the relation in ACCESS EXCLUSIVE mode
-- Rows are read of plain tables without row security only, and through format(), that is by their types' output
-- functions: nothing that the host defined runs with the rights of obs_owner. A table over 20 000 rows is not read.
create or replace function obs._host_parts(p_tenant_id text, p_relation regclass) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp set lock_timeout = '100ms'
set datestyle = 'ISO, MDY' set timezone = 'UTC' set intervalstyle = 'postgres' set bytea_output = 'hex'
as $$
declare
    v_class pg_class;
    v_parts jsonb;
    v_tenant text := 'null::text';
    v_seen bigint;
    v_rows bigint;
    v_hash text;
begin
    select c.* into v_class from pg_class c where c.oid = p_relation;
    v_parts := jsonb_build_object(
        'columns', (
            select md5(string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ', ' order by a.attname))
            from pg_attribute a
            where a.attrelid = p_relation and a.attnum > 0 and not a.attisdropped
        ),
        'definition', case when v_class.relkind in ('m', 'v') then md5(pg_get_viewdef(p_relation)) end
    );
    if v_class.relkind <> 'r' or v_class.relrowsecurity or not has_schema_privilege(v_class.relnamespace, 'usage')
        or not has_table_privilege(p_relation, 'select')
    then
        return v_parts;
    end if;
    if exists (select from pg_attribute a where a.attrelid = p_relation and a.attname = 'tenant_id' and not a.attisdropped) then
        v_tenant := 'format(''%s'', obs_row.tenant_id)';
    end if;
    execute format(
        'select count(*), count(*) filter (where mine), md5(string_agg(line, chr(10) order by line) filter (where mine))
        from (
            select format(''%%s'', obs_row) collate "C" as line, coalesce(%s = $1, true) as mine
            from only %s obs_row
            limit 20001
        ) s', v_tenant, p_relation
    ) into v_seen, v_rows, v_hash using p_tenant_id;
    if v_seen > 20000 then
        return v_parts;
    end if;
    return v_parts || jsonb_build_object('rows', v_hash, 'row_count', v_rows);
end
$$;
comment on function obs._host_parts(text, regclass) is
'What a relation of the host looks like, as checksums: columns, definition of a view, the tenant''s rows of a small table.';
