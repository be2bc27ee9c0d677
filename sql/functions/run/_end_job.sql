-- obs._end_job: stamps a job's heartbeat with what it did
-- Called by: tick, end_maintenance
-- Reads/Writes: jobs
-- Raises: nothing
create or replace function obs._end_job(p_job text, p_started_at timestamptz, p_result jsonb) returns void
language sql volatile
begin atomic
    update obs.jobs as j
    set last_started_at = p_started_at,
        last_success_at = clock_timestamp(),
        last_duration_ms = round(extract(epoch from clock_timestamp() - p_started_at) * 1000, 1),
        last_result = p_result,
        runs = j.runs + 1
    where j.job = p_job;
end;
comment on function obs._end_job(text, timestamptz, jsonb) is 'Stamps a job''s heartbeat with what it did.';
