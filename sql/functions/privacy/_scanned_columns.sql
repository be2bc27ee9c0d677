-- obs._scanned_columns: every column of every table of the schema, how an audit reads it, or why it need not
-- Called by: privacy_audit, _scan_relation, _scan_sql, _replace_sql, forget_email
-- Reads/Writes: the catalog
-- Raises: nothing
-- how: id (collation "C": names, codes, ids, whose numbers stay), text, list, json, extra; NULL with a reason. Partitions come
-- one by one under the name of their root. What obs does not know is read as text.
create or replace function obs._scanned_columns()
returns table (relation regclass, table_name text, column_name text, how text, reason text)
language sql stable
begin atomic
    select
        c.oid::regclass as relation,
        coalesce(r.relname, c.relname)::text as table_name,
        a.attname::text as column_name,
        case when k.reason is null then k.how end as how,
        k.reason
    from pg_class as c
    left join lateral (
        select p.relname from pg_class as p
        where p.oid = pg_partition_root(c.oid)
    ) as r on c.relispartition
    inner join pg_attribute as a on c.oid = a.attrelid and a.attnum > 0 and not a.attisdropped
    inner join pg_type as t on a.atttypid = t.oid
    left join pg_type as e on t.typelem = e.oid and t.typcategory = 'A'
    cross join lateral (
        select
            case
                when coalesce(r.relname, c.relname) = 'run_event_logs' and a.attname = 'extra' then 'extra'
                when coalesce(r.relname, c.relname) = 'enrichment_runs' and a.attname = 'meta' then 'extra'
                when t.typname in ('json', 'jsonb') then 'json'
                when t.typcategory = 'A' then 'list'
                when a.attcollation = '"C"'::regcollation then 'id'
                else 'text'
            end as how,
            case
                when a.attgenerated <> '' then 'generated from columns that are read'
                when t.typname = 'bytea' then 'random bytes of obs'
                when coalesce(e.typname, t.typname) = 'uuid' then 'UUIDs hold no text'
                when coalesce(e.typcategory, t.typcategory) in ('N', 'B', 'D', 'T', 'R', 'E', 'V')
                    then 'numbers, times and flags hold no text'
            end as reason
    ) as k
    where c.relnamespace = 'obs'::regnamespace and c.relkind in ('r', 'm')
    order by table_name, c.relname, a.attnum;
end;
comment on function obs._scanned_columns() is
'Every column of every table of the schema, how an audit reads it, or why it need not.';
