-- obs._status_jobs: the checks on heartbeats, one a job
-- Called by: status
-- Reads/Writes: job_health
-- Raises: nothing
create or replace function obs._status_jobs()
returns table (check_name text, state text, detail text, remedy text)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    return query
        select
            'job ' || h.job,
            case when h.overdue or h.last_result ? 'failed_runs' then 'red' else 'green' end,
            case
                when h.last_success_at is null then 'has never run'
                when h.overdue
                    then format('last done %s ago; overdue after %s', obs._status_age(h.age), obs._status_age(h.max_age))
                when h.last_result ? 'failed_runs' then format(
                    'last done %s ago, but the events of %s runs could not be added up: their numbers are too low',
                    obs._status_age(h.age), h.last_result ->> 'failed_runs'
                )
                else format('last done %s ago, took %s ms', obs._status_age(h.age), h.last_duration_ms)
            end,
            case
                when h.overdue then format(
                    'select * from obs.start() schedules it; select obs.%I() runs it at once and shows its error, if any.', h.job
                )
                when h.last_result ? 'failed_runs' then
                    'the server''s log names each run with its SQLSTATE at every tick; obs.finish_run of it shows the whole error.'
            end
        from obs.job_health h
        order by h.job desc;
end
$$;
comment on function obs._status_jobs() is 'The checks on heartbeats, one a job.';
