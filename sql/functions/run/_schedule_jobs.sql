-- obs._schedule_jobs: schedules every row of obs.jobs under obs_cron, and unschedules what is no longer one
-- Called by: start
-- Reads/Writes: jobs, cron.job
-- Raises: 42501 when obs_cron lacks a right that only a superuser or role administrator can give
create or replace function obs._schedule_jobs() returns table (job text, schedule text, how text)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_access constant text := obs._cron_access();
    v_launcher constant text := obs._cron_launcher();
    v_database constant text := replace(replace(current_database(), '''', '''\'''''), '%', '\%');
begin
    if v_access = 'absent' and v_launcher is null then
        return query
            select j.job, j.schedule, format(
                'not scheduled, pg_cron is not installed in this database; in a crontab: '
                '%s psql -X -q -U obs_cron -p %s -d ''%s'' -c "%s"',
                j.schedule, current_setting('port'), v_database, j.command
            )
            from obs.jobs j order by j.job;
        return;
    elsif v_access = 'absent' then
        return query
            select j.job, j.schedule, format(
                'not scheduled, pg_cron works in database %s; a superuser runs there: '
                'select cron.schedule_in_database(%L, %L, %L, %L, ''obs_cron'')',
                v_launcher, 'obs:' || j.job, j.schedule, j.command, current_database()
            )
            from obs.jobs j order by j.job;
        return;
    end if;

    if v_access = 'refused' then
        raise exception 'role obs_cron may not use schema cron, so it can schedule nothing' using errcode = '42501',
            hint = 'A superuser runs once in this database: grant usage on schema cron to obs_cron';
    elsif not (select r.rolcanlogin from pg_roles r where r.rolname = 'obs_cron') then
        raise exception 'role obs_cron may not log in, so pg_cron runs no job of it' using errcode = '42501',
            hint = 'An administrator of roles runs once: alter role obs_cron login';
    elsif v_launcher is distinct from current_database() then
        raise warning 'pg_cron is not at work in this database: the jobs are scheduled but will not run'
            using hint = 'select * from obs.status() tells why and what to do.';
    end if;
    return query
        select d.job, null::text, 'unscheduled: no longer a job of obs'
        from obs._cron_drop(array(select j.job from obs.jobs j)) as d (job);
    return query
        select j.job, j.schedule, obs._cron_put(j.job, j.schedule, j.command) from obs.jobs j order by j.job;
end
$$;
comment on function obs._schedule_jobs() is
'Schedules every row of obs.jobs under obs_cron, and unschedules what is no longer one.';
