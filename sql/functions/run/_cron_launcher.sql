-- obs._cron_launcher: the database in which pg_cron's launcher works, NULL when none is running
-- Called by: _schedule_jobs, _status_cron
-- Reads/Writes: pg_stat_activity
-- Raises: nothing
-- Of other roles' sessions everybody sees the database and the name, only some the kind of process. The launcher belongs
-- to the role that made the cluster, so nobody else can pass for it.
create or replace function obs._cron_launcher() returns text
language sql stable
begin atomic
    select a.datname::text
    from pg_stat_activity as a
    where a.backend_type = 'pg_cron launcher'
        or (a.usesysid = 10 and a.backend_type is null and a.application_name = 'pg_cron scheduler')
    order by a.pid
    limit 1;
end;
comment on function obs._cron_launcher() is
'The database in which pg_cron''s launcher works, NULL when none is running.';
