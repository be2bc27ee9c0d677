-- obs._prune_snapshots: deletes host snapshots that nothing can be compared with any more
-- Called by: _prune_history
-- Reads/Writes: host_snapshots, alerts, run_stage_stats, settings
-- Raises: nothing
-- One stays while it is the newest of its relation, or the newest of a run whose refresh went well, or while the tenant has an
-- open alert that may be compared with it.
create or replace function obs._prune_snapshots(p_limit int) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_count bigint;
begin
    delete from obs.host_snapshots h
    using (
        select x.tenant_id, x.run_id, x.relation
        from obs.host_snapshots x
        where x.taken_at < obs._history_cutoff('snapshot_days', 90)
          and not exists (select from obs.alerts a where a.tenant_id = x.tenant_id and a.resolved_at is null)
          and (x.tenant_id, x.run_id, x.relation) is distinct from (
              select (n.tenant_id, n.run_id, n.relation)
              from obs.host_snapshots n
              where n.tenant_id = x.tenant_id and n.relation = x.relation
              order by n.taken_at desc, n.run_id desc
              limit 1
          )
          and (x.tenant_id, x.run_id, x.relation) is distinct from (
              select (n.tenant_id, n.run_id, n.relation)
              from obs.host_snapshots n
              where n.tenant_id = x.tenant_id and n.relation = x.relation
                and not exists (
                    select from obs.run_stage_stats g
                    where g.tenant_id = n.tenant_id and g.run_id = n.run_id and g.stage = 'mv_refresh' and g.count_error > 0
                )
              order by n.taken_at desc, n.run_id desc
              limit 1
          )
        order by x.taken_at
        limit p_limit
        for update skip locked
    ) x
    where h.tenant_id = x.tenant_id and h.run_id = x.run_id and h.relation = x.relation;
    get diagnostics v_count = row_count;
    return v_count;
end
$$;
comment on function obs._prune_snapshots(int) is
'Deletes host snapshots older than snapshot_days that nothing can be compared with any more; returns how many.';
