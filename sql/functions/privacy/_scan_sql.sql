-- obs._scan_sql: the two statements that read a table for an audit; $1 is a tenant or NULL,
-- $2 and $3 the places between which it reads
-- Called by: _scan_relation
-- Reads/Writes: the catalog
-- Raises: nothing
-- Made of names that the catalog gives, and quoted. NULL when the table has nothing to read, or p_of_tenants and it has no
-- tenant.
create or replace function obs._scan_sql(p_relation regclass, p_part text, p_of_tenants boolean) returns text
language sql stable
begin atomic
    with parts as (
        select
            max(c.table_name) as table_name,
            coalesce(max('t.tenant_id') filter (where c.column_name = 'tenant_id'), 'null::text') as tenant,
            string_agg(format('count(t.%I)', c.column_name), ' + ') filter (where c.how is not null) as counts,
            string_agg(format(
                '(%L, %L, case when %s then t.%I::text end)',
                c.column_name, c.how, obs._may_hold(c.how, c.column_name), c.column_name
            ), ', ') filter (where c.how is not null) as cells
        from obs._scanned_columns() as c
        where c.relation = p_relation
    ),

    keys as (
        select string_agg(format('%L, obs._redact_id(null, left(t.%I::text, 128))', a.attname, a.attname), ', ') as names
        from pg_index as i
        inner join pg_attribute as a on i.indrelid = a.attrelid and a.attnum = any(i.indkey)
        where i.indrelid = p_relation and i.indisprimary
    )

    select
        case p_part
            when 'sizes' then format(
                $query$
            select jsonb_object_agg(coalesce(obs._redact_id(null, s.tenant), ''), jsonb_build_array(s.n, s.cells)) from (
                select %2$s as tenant, count(*) as n, %3$s as cells from only %1$s t
                where ($1 is null or %2$s = $1) and t.ctid >= $2 and t.ctid < $3
                group by 1
            ) s
            $query$, p_relation, p.tenant, p.counts
            )
            else format(
                $query$
            select jsonb_agg(jsonb_build_object(
                'table', %2$L, 'column', f.name, 'kind', f.kind, 'tenant_id', obs._redact_id(null, f.tenant), 'rows', f.n,
                'key', (
                    select jsonb_build_object('ctid', t.ctid::text, %3$s) from only %1$s t where t.ctid = f.first_row
                )
            ) order by f.name, f.kind, f.first_row)
            from (
                select k.name, k.kind, k.tenant, sum(k.n) as n, min(k.first_row) as first_row
                from (
                    select g.*, obs._cell_kind(g.how, g.tenant, g.cell) as kind
                    from (
                        select c.name, c.how, %4$s as tenant, c.cell, count(*) as n, min(t.ctid) as first_row
                        from only %1$s t
                        cross join lateral (values %5$s) c (name, how, cell)
                        where c.cell is not null and ($1 is null or %4$s = $1) and t.ctid >= $2 and t.ctid < $3
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
            $query$, p_relation, p.table_name, coalesce(k.names, $none$'none', null$none$), p.tenant, p.cells
            )
        end
    from parts as p
    cross join keys as k
    where p.cells is not null and not (p_of_tenants and p.tenant = 'null::text');
end;
comment on function obs._scan_sql(regclass, text, boolean) is
'The statement that counts what a table holds, sizes, or the one that finds what is raw in it, findings.';
