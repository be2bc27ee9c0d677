-- obs._status_locks: the check on who keeps writers waiting
-- Called by: status
-- Reads/Writes: pg_locks, pg_stat_activity
-- Raises: nothing
-- PostgreSQL takes the lock of CREATE RULE, CREATE TRIGGER or REFERENCES before it refuses them, so whoever may name a table of
-- obs can have all writers queue behind such a request for as long as an older transaction stays open.
create or replace function obs._status_locks()
returns table (check_name text, state text, detail text, remedy text)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    return query
        select
            'locks',
            case when f.waiting is null then 'green' else 'red' end,
            coalesce('writers queue behind ' || f.waiting, 'nobody keeps writers waiting'),
            case when f.waiting is not null then 'select pg_terminate_backend(…) for the processes named; then see who they were.' end
        from (
            select string_agg(
                format('process %s (%s) that waits for %s behind %s', w.pid, w.usename, w.relation, w.blockers), '; ' order by w.pid
            ) as waiting
            from (
                select distinct on (l.pid)
                    l.pid, coalesce(a.usename, 'unknown') as usename, l.relation::regclass as relation,
                    array_to_string(pg_blocking_pids(l.pid), ', ') as blockers
                from pg_locks l
                join pg_class c on c.oid = l.relation and c.relnamespace = 'obs'::regnamespace and c.relkind in ('r', 'p')
                left join pg_stat_activity a on a.pid = l.pid
                where not l.granted and l.mode in ('AccessExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'ShareLock')
                  and l.waitstart < clock_timestamp() - interval '2 seconds'
                  and l.database = (select d.oid from pg_database d where d.datname = current_database())
                order by l.pid, l.relation
            ) w
        ) f;
end
$$;
comment on function obs._status_locks() is 'The check on who keeps writers waiting.';
