-- obs._apply_lifecycle: lets one stored lifecycle event take effect
-- Called by: _apply, in the order of the batch, with the run's row locked
-- Reads/Writes: enrichment_runs, run_stage_stats, run_metrics
-- Raises: nothing: what contradicts a finished state is kept as an event and has no effect
create or replace function obs._apply_lifecycle(p_event obs.event) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
    case p_event.event
        when 'run_start' then
            perform obs._put_metrics(p_event.tenant_id, p_event.run_id, p_event.extra);
        when 'stage_start' then
            perform obs._open_stage(
                p_event.tenant_id, p_event.run_id, p_event.stage, p_event.ts,
                obs._whole(obs._json_number(p_event.extra -> 'planned'))
            );
        when 'stage_finish' then
            perform obs._close_stage(
                p_event.tenant_id, p_event.run_id, p_event.stage, p_event.status, p_event.ts,
                obs._whole(obs._json_number(p_event.extra -> 'expected_events'))
            );
            if p_event.stage = 'export_odoo' and jsonb_typeof(p_event.extra -> 'ready') = 'boolean' then
                perform obs._put_metric(
                    p_event.tenant_id, p_event.run_id, 'export_ready', (p_event.extra -> 'ready')::boolean::int, ''
                );
            end if;
        when 'run_finish' then
            perform obs._put_metrics(p_event.tenant_id, p_event.run_id, p_event.extra);
            perform obs._close_run(p_event.tenant_id, p_event.run_id, p_event.status, p_event.ts);
        when 'metric' then
            perform obs._put_metric(
                p_event.tenant_id, p_event.run_id, p_event.extra ->> 'name', obs._json_number(p_event.extra -> 'value'),
                coalesce(p_event.extra ->> 'reason', '')
            );
        when 'heartbeat' then
            update obs.enrichment_runs r
            set heartbeat_at = obs.now()
            where r.tenant_id = p_event.tenant_id and r.run_id = p_event.run_id and r.status = 'running';
        else null;
    end case;
end
$$;
comment on function obs._apply_lifecycle(obs.event) is 'Lets one stored lifecycle event take effect.';
