-- obs._replace_sql: the statement that takes hashes out of a table, or counts its rows that hold them
-- Called by: _replace_hashes
-- Reads/Writes: the catalog
-- Raises: nothing
-- $1 is the expression that finds a hash, $2 the tenant, $3 the word that ends an address in a key. Made of names that the
-- catalog gives, and quoted. NULL when the table has nothing to read.
create or replace function obs._replace_sql(p_relation regclass, p_change boolean) returns text
language sql stable
begin atomic
    select
        case
            when p_change then format('update only %s t set %s where %s', p_relation, s.sets, s.matches)
            else format('select count(*) from only %s t where %s', p_relation, s.matches)
        end
    from (
        select
            string_agg(format(
                $set$%1$I = regexp_replace(regexp_replace(t.%1$I::text, 'email:' || $1, %2$s, 'g'), $1, 'masked', 'g')::%3$s$set$,
                c.column_name,
                case when k.in_key then $word$'email:forgotten-' || $3 || '-\1'$word$ else $word$'email:forgotten'$word$ end,
                k.type_name
            ), ', ') as sets,
            format(
                '(%s) and %s',
                string_agg(format($match$strpos(t.%1$I::text, 'h') > 0 and t.%1$I::text ~ $1$match$, c.column_name), ' or '),
                case
                    when exists (
                        select 1 from pg_attribute as a
                        where a.attrelid = p_relation and a.attname = 'tenant_id' and not a.attisdropped
                    ) then $match$(t.tenant_id = $2 or t.tenant_id is null or t.tenant_id = '') and $3 <> ''$match$
                    else '($2 || $3) <> '''''
                end
            ) as matches
        from obs._scanned_columns() as c
        cross join lateral (
            select
                format_type(a.atttypid, a.atttypmod) as type_name,
                exists(
                    select 1 from pg_index as i
                    where i.indrelid = p_relation and i.indisunique and a.attnum = any(i.indkey)
                    union all
                    select 1 from pg_constraint as f
                    where f.conrelid = p_relation and f.contype = 'f' and a.attnum = any(f.conkey)
                ) as in_key
            from pg_attribute as a
            where a.attrelid = c.relation and a.attname = c.column_name
        ) as k
        where c.relation = p_relation and c.how is not null and c.column_name <> 'tenant_id'
            and c.table_name <> 'forgotten_emails'
    ) as s
    where s.sets is not null;
end;
comment on function obs._replace_sql(regclass, boolean) is
'The statement that takes hashes out of a table, or counts its rows that hold them.';
