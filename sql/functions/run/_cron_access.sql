-- obs._cron_access: whether obs_cron can use pg_cron in this database: usable, refused or absent
-- Called by: _schedule_jobs, stop, _status_cron, maintain_step
-- Reads/Writes: the catalog
-- Raises: nothing
create or replace function obs._cron_access() returns text
language sql stable
return case
    when
        not exists (
            select from pg_extension as e
            where e.extname = 'pg_cron'
        ) then 'absent'
    when has_schema_privilege('obs_cron', 'cron', 'usage') then 'usable'
    else 'refused'
end;
comment on function obs._cron_access() is
'Whether obs_cron can use pg_cron in this database: usable, refused or absent.';
