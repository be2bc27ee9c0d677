-- obs._draw_missed: draws the samples of runs that ended within a day and have none: number of runs drawn
-- Called by: tick
-- Reads/Writes: enrichment_runs (row lock, passed over where another session holds it), run_metrics, qa_sources, run_stage_stats
-- and all that _draw_qa writes
-- Raises: nothing
-- Those are large runs, runs that the host's table ended, which get a minute for their last events, and those whose finish met a
-- lock. Only runs that may have scored something are looked at: by their events, or by a view of the host. One that could not be
-- drawn is tried again once its age has doubled, ten minutes later at the earliest, and after those that were never tried. It
-- stops after half a second, since the tick holds what it has folded.
create or replace function obs._draw_missed() returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_until constant timestamptz := clock_timestamp() + interval '500 ms';
    v_run record;
    v_drawn int := 0;
begin
    for v_run in
        select r.tenant_id, r.run_id
        from obs.enrichment_runs r
        where r.status in ('success', 'partial', 'error') and not r.is_simulation
          and r.finished_at between obs.now() - interval '1 day' and obs.now()
          and not exists (
            select from obs.qa_draws d where d.tenant_id = r.tenant_id and d.run_id = r.run_id and d.stratum = 'random'
          )
          and (
            exists (
                select from obs.run_metrics b where b.tenant_id = r.tenant_id and b.run_id = r.run_id and b.name = 'bucket'
            )
            or exists (select from obs.qa_sources s where s.tenant_id = r.tenant_id or s.tenant_id is null)
          )
          and (
            r.qa_tried_at is null
            or obs.now() - r.qa_tried_at >= greatest(interval '10 minutes', (obs.now() - r.finished_at) / 2)
          )
          and (
            r.finished_at <= obs.now() - interval '1 minute'
            or (r.host_relation is null and obs._drawn_by_tick(r.tenant_id, r.run_id))
          )
        order by r.qa_tried_at nulls first, r.finished_at
        limit 20
        for no key update of r skip locked
    loop
        update obs.enrichment_runs r
        set qa_tried_at = obs.now()
        where r.tenant_id = v_run.tenant_id and r.run_id = v_run.run_id;
        v_drawn := v_drawn + obs._draw_qa(v_run.tenant_id, v_run.run_id)::int;
        exit when clock_timestamp() > v_until;
    end loop;
    return v_drawn;
end
$$;
comment on function obs._draw_missed() is
'Draws the samples of runs that ended within a day and have none; number of runs drawn.';
