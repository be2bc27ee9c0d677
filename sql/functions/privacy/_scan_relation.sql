-- obs._scan_relation: reads every text of one table or partition and tells what is raw in it
-- Called by: privacy_audit, _audit_day
-- Reads/Writes: the relation
-- Raises: nothing; a partition that was dropped meanwhile has no rows
-- Two passes: one counts, one looks. Equal cells of a tenant are looked at once. Findings of one tenant, column and kind are
-- one, counted, at most 100 a relation; never a value: the first row is named by its place and its key, as an id may be stored.
create or replace function obs._scan_relation(p_relation regclass, p_tenant_id text) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_table text;
    v_tenant text;
    v_counts text;
    v_cells text;
    v_places text;
    v_key text;
    v_sizes jsonb;
    v_columns jsonb;
    v_findings jsonb;
begin
    select
        max(c.table_name),
        coalesce(max('t.tenant_id') filter (where c.column_name = 'tenant_id'), 'null::text'),
        coalesce(string_agg(format('count(t.%I)', c.column_name), ' + ') filter (where c.how is not null), '0'),
        string_agg(format('(%L, %L, case when %s then t.%I::text end)', c.column_name, c.how,
            obs._may_hold(c.how, c.column_name), c.column_name), ', ') filter (where c.how is not null),
        string_agg(format('%L, count(t.%I)', c.column_name, c.column_name), ', ') filter (where c.how is not null)
    into v_table, v_tenant, v_counts, v_cells, v_places
    from obs._scanned_columns() c
    where c.relation = p_relation;
    if v_cells is null or (p_tenant_id is not null and v_tenant = 'null::text') then
        return null;
    end if;
    select coalesce(string_agg(format('%L, obs._redact_id(null, left(t.%I::text, 128))', a.attname, a.attname), ', '), '')
    into v_key
    from pg_index i
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
    where i.indrelid = p_relation and i.indisprimary;
    execute format($query$
        select
            (select jsonb_object_agg(coalesce(obs._redact_id(null, s.tenant), ''), jsonb_build_array(s.n, s.cells)) from (
                select %2$s as tenant, count(*) as n, %3$s as cells from only %1$s t
                where $1 is null or %2$s = $1 group by 1
            ) s),
            (select jsonb_build_object(%4$s) from only %1$s t where $1 is null or %2$s = $1)
    $query$, p_relation, v_tenant, v_counts, v_places) into v_sizes, v_columns using p_tenant_id;
    execute format($query$
        select jsonb_agg(jsonb_build_object(
            'table', %2$L, 'column', f.name, 'kind', f.kind, 'tenant_id', obs._redact_id(null, f.tenant), 'rows', f.n,
            'key', (select jsonb_build_object('ctid', t.ctid::text, %3$s) from only %1$s t where t.ctid = f.first_row)
        ) order by f.name, f.kind, f.first_row)
        from (
            select k.name, k.kind, k.tenant, sum(k.n) as n, min(k.first_row) as first_row
            from (
                select g.*, obs._cell_kind(g.how, g.tenant, g.cell) as kind
                from (
                    select c.name, c.how, %4$s as tenant, c.cell, count(*) as n, min(t.ctid) as first_row
                    from only %1$s t
                    cross join lateral (values %5$s) c (name, how, cell)
                    where c.cell is not null and ($1 is null or %4$s = $1)
                    group by 1, 2, 3, 4
                    offset 0
                ) g
                offset 0
            ) k
            where k.kind is not null
            group by k.name, k.kind, k.tenant
            order by k.name, k.kind, k.tenant
            limit 100
        ) f
    $query$, p_relation, v_table, coalesce(nullif(v_key, ''), '''none'', null'), v_tenant, v_cells)
    into v_findings using p_tenant_id;
    return jsonb_build_object(
        'table', v_table, 'relation', p_relation::text, 'sizes', coalesce(v_sizes, '{}'), 'columns', v_columns,
        'findings', coalesce(v_findings, '[]')
    );
exception when undefined_table then
    return null;
end
$$;
comment on function obs._scan_relation(regclass, text) is
'Reads every text of one table or partition and tells by tenant, column and kind what is raw in it; never a value.';
