-- obs.end_maintenance: stamps the heartbeat of maintenance with what it did
-- Called by: maintain, maintain_by_steps
-- Reads/Writes: jobs
-- Raises: nothing
create or replace function obs.end_maintenance(p_started_at timestamptz, p_result jsonb) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
    perform obs._end_job('maintain', p_started_at, p_result);
end
$$;
comment on function obs.end_maintenance(timestamptz, jsonb) is 'Stamps the heartbeat of maintenance with what it did.';
