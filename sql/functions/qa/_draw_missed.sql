-- obs._draw_missed: draws the samples of runs that ended within a day and have none: number of runs drawn
-- Called by: tick
-- Reads/Writes: enrichment_runs, run_metrics and all that _draw_qa writes
-- Raises: nothing
-- Those are runs that the host's table ended, which get a minute for their last events, and those whose finish met a lock.
-- Only runs that scored something are looked at.
create or replace function obs._draw_missed() returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
    return (
        select count(*) filter (where obs._draw_qa(m.tenant_id, m.run_id))
        from (
            select r.tenant_id, r.run_id
            from obs.enrichment_runs r
            where r.status in ('success', 'partial', 'error') and not r.is_simulation
              and r.finished_at between obs.now() - interval '1 day' and obs.now() - interval '1 minute'
              and not exists (
                select from obs.qa_draws d where d.tenant_id = r.tenant_id and d.run_id = r.run_id and d.stratum = 'random'
              )
              and exists (
                select from obs.run_metrics b where b.tenant_id = r.tenant_id and b.run_id = r.run_id and b.name = 'bucket'
              )
            order by r.finished_at
            limit 20
        ) m
    );
end
$$;
comment on function obs._draw_missed() is
'Draws the samples of runs that ended within a day and have none; number of runs drawn.';
