-- obs._next_night: when the night after a run's own begins
-- Called by: _heed
-- Reads/Writes: expected_runs, tenants
-- Raises: nothing
-- The next moment expected of runs of its kind, else of any kind; without one 24 hours after the run's start. A run may
-- start up to an hour early, so its own moment is not the next one.
create or replace function obs._next_night(p_run obs.enrichment_runs, p_at timestamptz) returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_from timestamptz := p_run.started_at + interval '1 hour';
begin
    if p_run.status = 'running' then
        v_from := greatest(v_from, p_at);
    end if;
    return coalesce(
        (
            select obs._next_due(e.schedule, coalesce(e.time_zone, t.time_zone), v_from) as due_at
            from obs.expected_runs e
            join obs.tenants t on t.tenant_id = e.tenant_id
            where e.tenant_id = p_run.tenant_id
            order by e.kind <> p_run.kind, due_at
            limit 1
        ),
        p_run.started_at + interval '24 hours'
    );
end
$$;
comment on function obs._next_night(obs.enrichment_runs, timestamptz) is 'When the night after a run''s own begins.';
