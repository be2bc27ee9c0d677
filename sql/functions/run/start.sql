-- obs.start: schedules obs's jobs with pg_cron, or says how to call them from another scheduler
-- Called by: operators
-- Reads/Writes: jobs, cron.job
-- Raises: 42501 when obs_cron lacks a right that only a superuser or role administrator can give
-- With the caller's rights: a superuser sees the mode of pg_cron and is warned before one slow job stops every other.
-- All the rest is _schedule_jobs.
create or replace function obs.start() returns table (job text, schedule text, how text)
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
    if exists (select from pg_extension e where e.extname = 'pg_cron' and e.extversion ~ '^1\.[0-4]\M')
        and exists (select from pg_settings s where s.name = 'cron.use_background_workers' and s.setting = 'on')
    then
        raise warning 'pg_cron before 1.5 with background workers: one slow job stops every job of this server'
            using hint = 'Set cron.use_background_workers = off, cron.host to the socket directory, and restart the server.';
    end if;
    return query select s.job, s.schedule, s.how from obs._schedule_jobs() s;
end
$$;
comment on function obs.start() is
'Schedules every row of obs.jobs with pg_cron under obs_cron; without pg_cron it says how to call them.'
' A second call changes nothing.';
