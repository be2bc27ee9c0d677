-- The pg_cron adapter: the only functions that act as obs_cron, since pg_cron shows a job and its history to its own
-- role alone.
-- pg_cron may be missing, so its tables are named in dynamic SQL only; callers ask obs._cron_access() first.
-- Only obs_owner calls these. obs_cron may create in schema obs for the length of this file.
grant usage, create on schema obs to obs_cron;
set role obs_cron;

-- A timeout set on a function does not stop the running call, and one set in a job's text is ignored by background
-- workers: the role's own works in both modes. An operator's value stays.
do $timeout$
begin
    if not exists (
        select from pg_db_role_setting s, unnest(s.setconfig) as c (line)
        where s.setrole = 'obs_cron'::regrole and s.setdatabase = 0 and c.line like 'statement_timeout=%'
    ) then
        alter role obs_cron set statement_timeout = '5min';
    end if;
exception when unique_violation then
    null;  -- another database of this cluster was installing at the same moment
end
$timeout$;

-- obs._cron_put: makes one job of pg_cron be as given; says what it did
-- Called by: _schedule_jobs
-- Reads/Writes: cron.job, cron.job_run_details
-- Raises: what pg_cron raises: a schedule it cannot read, a role that may not log in
-- A job keeps the host and port it was scheduled with: after a refused connection it is made anew.
create or replace function obs._cron_put(p_job text, p_schedule text, p_command text) returns text
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_old record;
begin
    execute $query$
        select
            j.jobid,
            case
                when j.schedule <> $2 or j.command <> $3 then 'its schedule or command had changed'
                when not j.active then 'it was switched off'
                when j.database <> current_database() then 'it belonged to database ' || j.database
                when j.nodeport <> current_setting('port')::int then 'the server has another port now'
                when (
                    select d.return_message from cron.job_run_details d
                    where d.jobid = j.jobid and d.status in ('succeeded', 'failed')
                    order by d.runid desc limit 1
                ) = 'connection failed' then 'its last connection failed'
            end as fault
        from cron.job j
        where j.jobname = $1 and j.username = current_user
    $query$ into v_old using 'obs:' || p_job, p_schedule, p_command;
    if v_old.jobid is not null then
        if v_old.fault is null then
            return 'already scheduled in pg_cron';
        end if;
        execute 'select cron.unschedule($1)' using v_old.jobid;
    end if;
    execute 'select cron.schedule($1, $2, $3)' using 'obs:' || p_job, p_schedule, p_command;
    return coalesce('scheduled anew in pg_cron: ' || v_old.fault, 'scheduled in pg_cron');
end
$$;
comment on function obs._cron_put(text, text, text) is 'Makes one job of pg_cron be as given; says what it did.';

-- obs._cron_drop: unschedules obs's jobs but those to keep; names of the jobs it unscheduled
-- Called by: _schedule_jobs, stop
-- Reads/Writes: cron.job
-- Raises: nothing
create or replace function obs._cron_drop(p_keep text[]) returns setof text
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_job record;
begin
    for v_job in execute $query$
        select j.jobid, substr(j.jobname, 5) as job from cron.job j
        where j.jobname like 'obs:%' and j.username = current_user and substr(j.jobname, 5) <> all ($1)
        order by j.jobname
    $query$ using p_keep loop
        execute 'select cron.unschedule($1)' using v_job.jobid;
        return next v_job.job;
    end loop;
end
$$;
comment on function obs._cron_drop(text[]) is 'Unschedules obs''s jobs but those to keep; returns their names.';

-- obs._cron_jobs: obs's jobs in pg_cron, each with the last of its runs that came to an end
-- Called by: _status_cron, _status_cron_runs
-- Reads/Writes: cron.job, cron.job_run_details
-- Raises: nothing
-- How a success is reported tells the mode of pg_cron, whose settings only superusers see: a client gets "1 row", a
-- background worker "SELECT 1".
create or replace function obs._cron_jobs() returns table (
    job text,
    schedule text,
    command text,
    active boolean,
    address text,
    running_since timestamptz,
    last_status text,
    last_message text,
    last_at timestamptz,
    in_background boolean
)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
    return query execute $query$
        select
            substr(j.jobname, 5), j.schedule, j.command, j.active and j.database = current_database(),
            j.nodename || ', port ' || j.nodeport,
            r.start_time, l.status, rtrim(l.return_message, E' \n'), coalesce(l.end_time, l.start_time),
            s.return_message like 'SELECT %'
        from cron.job j
        left join lateral (
            select d.start_time, d.status from cron.job_run_details d
            where d.jobid = j.jobid order by d.runid desc limit 1
        ) r on r.status not in ('succeeded', 'failed')
        left join lateral (
            select d.* from cron.job_run_details d
            where d.jobid = j.jobid and d.status in ('succeeded', 'failed') order by d.runid desc limit 1
        ) l on true
        left join lateral (
            select d.return_message from cron.job_run_details d
            where d.jobid = j.jobid and d.status = 'succeeded' order by d.runid desc limit 1
        ) s on true
        where j.jobname like 'obs:%' and j.username = current_user
        order by j.jobname
    $query$;
end
$$;
comment on function obs._cron_jobs() is 'Obs''s jobs in pg_cron, each with the last of its runs that came to an end.';

-- obs._cron_prune: deletes the history of obs's jobs that is older than a week, 5,000 a call; number of rows deleted
-- Called by: maintain_step
-- Reads/Writes: cron.job_run_details
-- Raises: nothing
-- Other jobs of obs_cron keep theirs. A refused connection leaves a row without any time: a week's number stays.
create or replace function obs._cron_prune() returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_count bigint;
begin
    execute $query$
        delete from cron.job_run_details d
        where d.runid in (
            select old.runid
            from (
                select
                    h.runid, coalesce(h.end_time, h.start_time) as at,
                    row_number() over (partition by coalesce(h.end_time, h.start_time) is null order by h.runid desc) as n
                from cron.job_run_details h
                left join cron.job j on j.jobid = h.jobid
                where h.username = current_user and h.database = current_database()
                  and (j.jobname like 'obs:%' or j.jobid is null and h.command ~ '^(select|call) obs\.\w+\(\)$')
            ) old
            where old.at < clock_timestamp() - interval '7 days' or old.at is null and old.n > 10080
            limit 5000
        )
    $query$;
    get diagnostics v_count = row_count;
    return v_count;
end
$$;
comment on function obs._cron_prune() is
'Deletes the history of obs''s jobs that is older than a week, 5,000 a call; returns how many rows.';

revoke all on function obs._cron_put(text, text, text), obs._cron_drop(text[]), obs._cron_jobs(), obs._cron_prune()
from public;
grant execute on function obs._cron_put(text, text, text), obs._cron_drop(text[]), obs._cron_jobs(), obs._cron_prune()
to obs_owner;

set role obs_owner;
revoke create on schema obs from obs_cron;
