-- obs._begin_job: takes a job's row for this transaction; false when another session has it
-- Called by: tick, maintain, maintain_step
-- Reads/Writes: jobs (row lock)
-- Raises: nothing
-- A row that only obs_owner can lock, not an advisory lock: strangers cannot squat it.
create or replace function obs._begin_job(p_job text) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
    perform from obs.jobs j where j.job = p_job for no key update skip locked;
    return found;
end
$$;
comment on function obs._begin_job(text) is
'Takes a job''s row for this transaction; false when another session has it.';
