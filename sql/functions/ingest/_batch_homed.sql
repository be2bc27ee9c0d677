-- obs._batch_homed: whether every row of the batch table belongs to a run that takes it, none opens one, and the ids ascend
-- Called by: log_batch
-- Reads/Writes: pg_temp.obs_batch, enrichment_runs, event_days
-- Raises: nothing
create or replace function obs._batch_homed(p_allowed text[]) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    return not exists (
        select
        from pg_temp.obs_batch e
        left join obs.enrichment_runs r
            on r.tenant_id = e.tenant_id and r.run_id = e.run_id and (p_allowed is null or r.tenant_id = any(p_allowed))
        left join obs.event_days d on d.run_day = r.run_day
        where r.run_id is null or r.thinned_at is not null or d.dropped_at is not null or e.event = 'run_start'
    ) and not exists (
        select from (select b.event_id, lag(b.event_id) over () as before from pg_temp.obs_batch b) o where o.event_id < o.before
    );
end
$$;
comment on function obs._batch_homed(text[]) is
'Whether every row of the batch table belongs to a run that takes it, none opens one, and the ids ascend.';
