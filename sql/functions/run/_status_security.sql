-- obs._status_security: the checks on row security, backups and the schema
-- Called by: status
-- Reads/Writes: the catalog, schema_migrations, dump_marker
-- Raises: nothing
-- Row security is forced on every table, so pg_dump stops at the first one for a role that cannot bypass it.
create or replace function obs._status_security()
returns table (check_name text, state text, detail text, remedy text)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    return query
        select
            'row security',
            case when f.tables is null and f.roles is null then 'green' else 'red' end,
            concat_ws('; ',
                'not forced on ' || f.tables,
                'bypassed by ' || f.roles,
                case when f.tables is null and f.roles is null then format('forced on all %s tables', f.n) end
            ),
            nullif(concat_ws(' ',
                case when f.tables is not null then 'alter table … enable row level security, force row level security;' end,
                case when f.roles is not null then 'alter role … nosuperuser nobypassrls;' end
            ), '')
        from (
            select
                count(*) as n,
                string_agg(c.oid::regclass::text, ', ' order by c.relname)
                    filter (where not (c.relrowsecurity and c.relforcerowsecurity)) as tables,
                (
                    select string_agg(r.rolname, ', ' order by r.rolname)
                    from pg_roles r
                    where (r.rolsuper or r.rolbypassrls) and r.rolname = any(array[
                        'obs_owner', 'obs_writer', 'obs_reader', 'obs_reviewer', 'obs_ops', 'obs_forwarder', 'obs_bi', 'obs_admin',
                        'obs_cron', 'obs_host'
                    ])
                ) as roles
            from pg_class c
            where c.relnamespace = 'obs'::regnamespace and c.relkind in ('r', 'p')
        ) f;

    return query
        select
            'backup',
            case when not f.is_whole then 'red' when f.stopped is null then 'green' else 'amber' end,
            case
                when not f.is_whole
                    then 'this database was restored from a dump that row security had filtered: rows are missing'
                when f.stopped is null then 'pg_dump takes a superuser or a role with bypassrls'
                else format('pg_dump as %s would stop at row security', f.stopped)
            end,
            case
                when not f.is_whole then
                    'Restore a dump made by a superuser or a role with bypassrls, without --enable-row-security.'
                when f.stopped is not null then
                    'Dump as a superuser, or a superuser runs alter role … bypassrls; --enable-row-security would leave rows out.'
            end
        from (
            select
                string_agg(r.rolname, ', ' order by r.rolname) as stopped,
                exists (select from obs.dump_marker) as is_whole
            from pg_roles r
            where r.rolcanlogin and not r.rolsuper and not r.rolbypassrls
              and (pg_has_role(r.oid, 'pg_read_all_data', 'usage') or pg_has_role(r.oid, 'obs_owner', 'usage'))
        ) f;

    return query
        select
            'schema',
            case when f.n = 0 then 'red' else 'green' end,
            format('obs %s, %s schema steps, the last %s on %s, together %s',
                obs.version(), f.n, f.last_step, to_char(f.last_at, 'YYYY-MM-DD'), left(f.checksum, 12)),
            case when f.n = 0 then 'Install obs again: psql -v ON_ERROR_STOP=1 -1 -f sql/install.sql' end
        from (
            select
                count(*) as n,
                max(m.version) as last_step,
                max(m.applied_at) as last_at,
                encode(sha256(convert_to(string_agg(m.version || m.checksum, '' order by m.version), 'UTF8')), 'hex')
                    as checksum
            from obs.schema_migrations m
        ) f;
end
$$;
comment on function obs._status_security() is 'The checks on row security, backups and the schema.';
