-- obs.stop: unschedules obs's jobs; nothing else of pg_cron is touched
-- Called by: operators, uninstall.sql
-- Reads/Writes: cron.job
-- Raises: 42501 when obs_cron may not use schema cron
create or replace function obs.stop() returns table (job text, how text)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_access text := obs._cron_access();
begin
    if v_access = 'refused' then
        raise exception 'role obs_cron may not use schema cron, so it can unschedule nothing' using errcode = '42501',
            hint = 'A superuser runs once in this database: grant usage on schema cron to obs_cron';
    elsif v_access = 'usable' then
        return query select d.job, 'unscheduled' from obs._cron_drop('{}') as d (job);
    end if;
end
$$;
comment on function obs.stop() is 'Unschedules obs''s jobs and returns them; no other job of pg_cron is touched.';
