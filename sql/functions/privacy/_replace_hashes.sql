-- obs._replace_hashes: takes keyed hashes out of one table or partition
-- Called by: forget_email
-- Reads/Writes: the relation
-- Raises: what a constraint of the relation raises
-- An address's hash becomes email:forgotten, one that stood for a whole text masked. In a key the word ends in p_word, the same
-- for all rows of one forgetting and of no other, so that two who are forgotten stay two. p_change false: only counts.
create or replace function obs._replace_hashes(
    p_relation regclass, p_tenant_id text, p_hashes text[], p_word text, p_change boolean
) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_column record;
    v_where text;
    v_set text;
    v_new text;
    v_rows bigint;
    v_pattern constant text := '(' || array_to_string(p_hashes, '|') || ')';
begin
    for v_column in
        select
            c.column_name, format_type(a.atttypid, a.atttypmod) as type,
            exists (
                select from pg_index i where i.indrelid = p_relation and i.indisunique and a.attnum = any(i.indkey)
                union all
                select from pg_constraint k where k.conrelid = p_relation and k.contype = 'f' and a.attnum = any(k.conkey)
            ) as in_key
        from obs._scanned_columns() c
        join pg_attribute a on a.attrelid = c.relation and a.attname = c.column_name
        where c.relation = p_relation and c.how is not null and c.column_name <> 'tenant_id'
          and c.table_name not in ('forgotten_emails')
    loop
        v_where := concat_ws(' or ', v_where, format('strpos(t.%I::text, ''h'') > 0 and t.%1$I::text ~ $1', v_column.column_name));
        v_new := format(
            'regexp_replace(regexp_replace(t.%I::text, ''email:'' || $1, %L, ''g''), $1, ''masked'', ''g'')', v_column.column_name,
            case when v_column.in_key then 'email:forgotten-' || p_word else 'email:forgotten' end
        );
        v_set := concat_ws(', ', v_set, format('%I = (%s)::%s', v_column.column_name, v_new, v_column.type));
    end loop;
    if v_where is null then
        return 0;
    end if;
    v_where := format('(%s) and %s', v_where, case
        when exists (
            select from pg_attribute a where a.attrelid = p_relation and a.attname = 'tenant_id' and not a.attisdropped
        ) then '(t.tenant_id = $2 or t.tenant_id is null or t.tenant_id = '''')'
        else '$2 is not null'
    end);
    if p_change then
        execute format('update only %s t set %s where %s', p_relation, v_set, v_where) using v_pattern, p_tenant_id;
        get diagnostics v_rows = row_count;
    else
        execute format('select count(*) from only %s t where %s', p_relation, v_where) into v_rows using v_pattern, p_tenant_id;
    end if;
    return v_rows;
exception when undefined_table then
    return 0;
end
$$;
comment on function obs._replace_hashes(regclass, text, text[], text, boolean) is
'Takes keyed hashes out of one table or partition, or only counts the rows that hold them.';
