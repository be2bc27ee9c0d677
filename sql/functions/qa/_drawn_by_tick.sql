-- obs._drawn_by_tick: whether a run is too large for its finish to draw its sample
-- Called by: _after_change, _draw_missed
-- Reads/Writes: run_stage_stats
-- Raises: nothing
-- A draw reads the run's items twice: about 40 ms for 100 000 of them, which is what a finish may take longer for it.
create or replace function obs._drawn_by_tick(p_tenant_id text, p_run_id text) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    return (
        select coalesce(sum(s.count_total), 0) > 100000
        from obs.run_stage_stats s
        where s.tenant_id = p_tenant_id and s.run_id = p_run_id
    );
end
$$;
comment on function obs._drawn_by_tick(text, text) is
'Whether a run has more than 100 000 items, so that the next tick draws its sample and not its finish.';
