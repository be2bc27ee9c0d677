-- obs._check_jobs_late: which job of obs has not succeeded in time
-- Called by: run_check
-- Reads/Writes: jobs
-- Raises: nothing
create or replace function obs._check_jobs_late(p_alert obs.alerts) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_late text := (
        select string_agg(format('%s (last success %s)', j.job,
            coalesce(to_char(j.last_success_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC', 'never')), ', ' order by j.job)
        from obs.jobs j
        where j.last_success_at is null or j.last_success_at < clock_timestamp() - j.max_age
    );
begin
    if v_late is null then
        return obs._finding('clear', format('every job of obs succeeded in time (asked for %s)', p_alert.alert_code));
    end if;
    return obs._finding('cause', 'late: ' || v_late, 'see whether pg_cron or the scheduler runs', 'select * from obs.status();');
end
$$;
comment on function obs._check_jobs_late(obs.alerts) is 'Which job of obs has not succeeded in time.';
