-- obs._status_cron: the checks on pg_cron: is it here, at work, and told what to run
-- Called by: status
-- Reads/Writes: jobs, job_health, the catalog, pg_stat_activity, cron.job, cron.job_run_details
-- Raises: nothing
-- pg_cron is optional: while something else keeps the heartbeats fresh, its absence is no fault.
create or replace function obs._status_cron()
returns table (check_name text, state text, detail text, remedy text)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_here constant text := current_database();
    v_access constant text := obs._cron_access();
    v_launcher constant text := obs._cron_launcher();
    v_version constant text := (select e.extversion from pg_extension e where e.extname = 'pg_cron');
    v_fresh constant boolean := not exists (select from obs.job_health h where h.overdue);
    v_last_tick constant text := coalesce(
        (select obs._status_age(h.age) || ' ago' from obs.job_health h where h.job = 'tick'), 'never'
    );
    v_in_background boolean;
    v_stalls boolean;
begin
    if v_access = 'absent' then
        return query select
            'pg_cron',
            case when v_fresh then 'green' when v_launcher is null then 'amber' else 'red' end,
            case
                when v_launcher is null then 'pg_cron is not installed in this database'
                else format('pg_cron works in database %s, not in this one', v_launcher)
            end || ': call obs.tick() each minute from any scheduler; last tick ' || v_last_tick,
            case when not v_fresh then 'select * from obs.start() shows the lines to put there.' end;
        return;
    end if;

    if v_access = 'usable' then
        v_in_background := (select bool_or(c.in_background) from obs._cron_jobs() c);
    end if;
    v_stalls := v_in_background and v_version ~ '^1\.[0-4]\M';
    return query select
        'pg_cron',
        case when v_stalls then 'amber' else 'green' end,
        format('pg_cron %s in this database, %s%s',
            v_version,
            case
                when v_in_background then 'background workers'
                when not v_in_background then 'connects like a client'
                else 'mode not seen yet'
            end,
            case when v_stalls then ': before 1.5 one slow job stops every job' end
        ),
        case when v_stalls then
            'Set cron.use_background_workers = off and cron.host to the socket directory, restart the server, '
            'then select * from obs.start().'
        end;

    return query select
        'pg_cron launcher',
        case when v_launcher = v_here then 'green' else 'red' end,
        case
            when v_launcher = v_here then 'at work in this database'
            when v_launcher is not null then format('works in database %s, so no job of this database runs', v_launcher)
            else 'not running, so no job of pg_cron runs; a launcher that was terminated stays away'
        end,
        case
            when v_launcher = v_here then null
            when v_launcher is not null then format('Set cron.database_name = %L and restart the server.', v_here)
            else format(
                'Restart the server. If it stays away: shared_preload_libraries must name pg_cron, cron.database_name be %L.',
                v_here
            )
        end;

    if v_access = 'refused' then
        return query select
            'pg_cron jobs', 'amber', 'unknown: role obs_cron may not use schema cron',
            'A superuser runs: grant usage on schema cron to obs_cron; then select * from obs.start().';
        return;
    end if;

    return query
        select
            'pg_cron jobs',
            case when f.faults is null or (f.none and v_fresh) then 'green' when v_fresh then 'amber' else 'red' end,
            case
                when f.faults is null then f.n || ' scheduled'
                when f.none then 'none is scheduled' || case when v_fresh then '; another scheduler calls them' else '' end
                else f.faults
            end,
            case when f.faults is not null and not (f.none and v_fresh) then 'select * from obs.start();' end
        from (
            select
                count(*) as n,
                bool_and(c.job is null) as none,
                string_agg(
                    format('obs:%s %s', j.job, case
                        when c.job is null then 'is not scheduled'
                        when not c.active then 'is switched off or belongs to another database'
                        else 'has another schedule or command'
                    end), '; ' order by j.job
                ) filter (
                    where c.job is null or not c.active or c.schedule <> j.schedule or c.command <> j.command
                ) as faults
            from obs.jobs j
            left join obs._cron_jobs() c on c.job = j.job
        ) f;
    return query select r.check_name, r.state, r.detail, r.remedy from obs._status_cron_runs() r;
end
$$;
comment on function obs._status_cron() is 'The checks on pg_cron: is it here, at work, and told what to run.';
