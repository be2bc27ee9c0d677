-- obs._days_to_drop: event days that hold no run inside its window any more, oldest first
-- Called by: _drop_days, _audit_day
-- Reads/Writes: event_days, enrichment_runs, tenants, settings
-- Raises: nothing
-- A day without any run is kept as long as the longest window: a run may still be imported into it.
create or replace function obs._days_to_drop() returns setof date
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    return query
    select d.run_day
    from obs.event_days d
    where d.dropped_at is null and d.run_day < (obs.now() at time zone 'UTC')::date - 14
      and not exists (
          select from obs.enrichment_runs r
          where r.run_day = d.run_day and r.raw_gone_at is null and r.expired_at is null
      )
      and (
          d.run_day < (obs.now() at time zone 'UTC')::date - 30
          or exists (select from obs.enrichment_runs r where r.run_day = d.run_day)
      )
    order by d.run_day;
end
$$;
comment on function obs._days_to_drop() is 'Event days that hold no run inside its window any more, oldest first.';
