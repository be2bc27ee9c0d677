-- obs._close_abandoned: closes runs without a sign of life as crashed; number of runs closed
-- Called by: tick
-- Reads/Writes: enrichment_runs, settings and all that _close_run writes
-- Raises: nothing
-- By the server's clock alone. A run that ever sent a heartbeat has heartbeat_timeout_s (90 s) from its last sign of
-- life, one that never did has silence_timeout_s (1 h): plain SQL callers send none. Time that the server was down
-- counts for nobody.
create or replace function obs._close_abandoned() returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_run record;
    v_closed int := 0;
begin
    for v_run in
        select r.tenant_id, r.run_id, greatest(r.last_event_ts, r.heartbeat_at, r.started_at) as ended_at
        from obs.enrichment_runs r
        where r.status = 'running' and r.host_relation is null
          and greatest(r.created_at, r.heartbeat_at, r.last_event_at, pg_postmaster_start_time())
            < obs.now() - make_interval(secs => case
                when r.heartbeat_at is not null
                    then coalesce((obs._setting(r.tenant_id, 'heartbeat_timeout_s'))::float8, 90)
                else coalesce((obs._setting(r.tenant_id, 'silence_timeout_s'))::float8, 3600)
            end)
        order by r.tenant_id, r.run_id
        limit 1000
        for no key update of r skip locked
    loop
        begin
            perform obs._close_run(v_run.tenant_id, v_run.run_id, 'crashed', v_run.ended_at);
            v_closed := v_closed + 1;
        exception when others then
            raise warning 'obs cannot close run %: SQLSTATE %', quote_literal(v_run.run_id), sqlstate;
        end;
    end loop;
    return v_closed;
end
$$;
comment on function obs._close_abandoned() is 'Closes runs without a sign of life as crashed, by the server''s clock.';
