-- obs._delete_expired: deletes expired events of days that other runs still need, a batch at a time; number of events
-- Called by: maintain_step
-- Reads/Writes: enrichment_runs, run_event_logs (delete)
-- Raises: nothing
-- A day whose runs have all expired is left to _drop_days. A run's events go a minute after its door has closed: a resend that
-- was let in before has met its first copy by then.
create or replace function obs._delete_expired(p_limit int default 1000) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_run record;
    v_count bigint;
begin
    select r.tenant_id, r.run_id, r.run_day into v_run
    from obs.enrichment_runs r
    where r.raw_gone_at is null and r.expired_at < obs.now() - interval '1 minute'
      and exists (
          select from obs.enrichment_runs o
          where o.run_day = r.run_day and o.raw_gone_at is null and o.expired_at is null
      )
    order by r.run_day, r.tenant_id, r.run_id
    limit 1
    for no key update of r skip locked;
    if not found then
        return 0;
    end if;
    delete from obs.run_event_logs e
    where e.tenant_id = v_run.tenant_id and e.run_id = v_run.run_id and e.run_day = v_run.run_day
      and e.event_id in (
          select f.event_id
          from obs.run_event_logs f
          where f.tenant_id = v_run.tenant_id and f.run_id = v_run.run_id and f.run_day = v_run.run_day
          order by f.event_id
          limit p_limit
      );
    get diagnostics v_count = row_count;
    if v_count < p_limit then
        update obs.enrichment_runs r
        set raw_gone_at = obs.now()
        where r.tenant_id = v_run.tenant_id and r.run_id = v_run.run_id;
    end if;
    return greatest(v_count, 1);
end
$$;
comment on function obs._delete_expired(int) is
'Deletes at most p_limit events of one expired run whose day other runs still need; returns their number, at least 1'
' while there is such a run, so that callers go on to the next.';
