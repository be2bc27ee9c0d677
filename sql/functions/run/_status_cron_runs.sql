-- obs._status_cron_runs: the checks on what pg_cron did: is obs_cron let in, and do the runs succeed
-- Called by: _status_cron, when obs_cron can use pg_cron
-- Reads/Writes: job_health, the catalog, cron.job, cron.job_run_details
-- Raises: nothing
-- A refused login is a failed run without a time ("connection failed"); a background worker reports its FATAL error.
create or replace function obs._status_cron_runs()
returns table (check_name text, state text, detail text, remedy text)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_refusal constant text := '^(connection failed|FATAL)';
    v_login constant boolean := (select r.rolcanlogin from pg_roles r where r.rolname = 'obs_cron');
    v_connect constant boolean := has_database_privilege('obs_cron', current_database(), 'connect');
    v_tried boolean;
    v_refused text;
    v_addresses text;
    v_failed text;
    v_waiting text;
begin
    select
        bool_or(c.last_status is not null),
        string_agg(format('obs:%s (%s)', c.job, c.last_message), ', ' order by c.job)
            filter (where c.last_status = 'failed' and c.last_message ~ v_refusal),
        string_agg(distinct c.address, ' and ')
            filter (where c.last_status = 'failed' and c.last_message ~ v_refusal)
    into v_tried, v_refused, v_addresses
    from obs._cron_jobs() c;
    return query select
        'pg_cron login',
        case when v_login and v_connect and v_refused is null then 'green' else 'red' end,
        case
            when not v_login then 'role obs_cron may not log in'
            when not v_connect then 'role obs_cron may not connect to this database'
            when v_refused is not null then 'the server refused the last login of obs_cron for ' || v_refused
            when v_tried then 'obs_cron is let in'
            else 'not tried yet'
        end,
        case
            when not v_login then 'alter role obs_cron login;'
            when not v_connect then format('grant connect on database %I to obs_cron;', current_database())
            when v_refused is not null then format(
                'Give obs_cron a way in from %s: a line of pg_hba.conf (the server''s log says what was missing), or '
                'cron.host = the socket directory; then select * from obs.start().', v_addresses
            )
        end;

    select
        string_agg(format('obs:%s %s', c.job, case
            when c.last_status = 'failed'
                then format('failed %s ago: %s', obs._status_age(clock_timestamp() - c.last_at), c.last_message)
            when c.running_since is not null
                then format('has been running for %s', obs._status_age(clock_timestamp() - c.running_since))
            else format('was last started %s ago', obs._status_age(clock_timestamp() - c.last_at))
        end), '; ' order by c.job) filter (
            where (c.last_status = 'failed' and c.last_message !~ v_refusal)
            or c.running_since < clock_timestamp() - h.max_age
            or (h.overdue and c.last_status = 'succeeded' and c.last_at < clock_timestamp() - h.max_age)
        ),
        string_agg('obs:' || c.job, ', ' order by c.job) filter (
            where h.overdue and c.last_status is null and c.running_since is null
        )
    into v_failed, v_waiting
    from obs._cron_jobs() c
    left join obs.job_health h on h.job = c.job;
    return query select
        'pg_cron runs',
        case when v_failed is not null then 'red' when v_waiting is not null then 'amber' else 'green' end,
        concat_ws('; ', coalesce(v_failed, 'none failed'), 'not started yet: ' || v_waiting),
        case
            when v_failed is not null then
                'Run the command by hand and mend what it says; pg_terminate_backend ends a run that hangs; '
                'obs.stop() and obs.start() wake a pg_cron that starts nothing.'
            when v_waiting is not null then
                'Wait for its next time; if that passes, obs.stop() and obs.start() wake a pg_cron that starts nothing.'
        end;
end
$$;
comment on function obs._status_cron_runs() is
'The checks on what pg_cron did: is obs_cron let in, and do the runs succeed.';
