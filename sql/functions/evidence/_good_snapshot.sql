-- obs._good_snapshot: what a relation of the host looked like when an alert's rule was last not in breach
-- Called by: the checks
-- Reads/Writes: host_snapshots, alert_observations, enrichment_runs, run_stage_stats
-- Raises: nothing
-- Without an observation it is the latest earlier run whose refresh had no error.
create or replace function obs._good_snapshot(p_alert obs.alerts, p_relation text) returns obs.host_snapshots
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_good text := obs._last_good_run(p_alert);
    v_snapshot obs.host_snapshots;
begin
    select s.* into v_snapshot
    from obs.host_snapshots s
    where s.tenant_id = p_alert.tenant_id and s.run_id = v_good and s.relation = p_relation;
    if found then
        return v_snapshot;
    end if;
    select s.* into v_snapshot
    from obs.host_snapshots s
    join obs.enrichment_runs r on r.tenant_id = s.tenant_id and r.run_id = s.run_id
    where s.tenant_id = p_alert.tenant_id and s.relation = p_relation and s.run_id is distinct from p_alert.run_id
      and r.started_at < coalesce((
          select o.started_at from obs.enrichment_runs o
          where o.tenant_id = p_alert.tenant_id and o.run_id = p_alert.run_id
      ), 'infinity')
      and not exists (
          select from obs.run_stage_stats g
          where g.tenant_id = s.tenant_id and g.run_id = s.run_id and g.stage = 'mv_refresh' and g.count_error > 0
      )
    order by s.taken_at desc
    limit 1;
    return v_snapshot;
end
$$;
comment on function obs._good_snapshot(obs.alerts, text) is
'What a relation of the host looked like when the alert''s rule was last not in breach.';
