-- obs._prune_texts: deletes host snapshots, shared error texts and content hashes that nothing needs any more
-- Called by: _prune_history
-- Reads/Writes: host_snapshots, error_texts, content_hashes, event_days, alerts, run_stage_stats
-- Raises: nothing
-- A snapshot stays while it is the newest of its relation, or the newest of a run whose refresh went well, or while the tenant
-- has an open alert that may be compared with it. A shared text stays while any day is kept that may refer to it, held ones too.
create or replace function obs._prune_texts(p_limit int) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_count bigint;
    v_done bigint;
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
    get diagnostics v_done = row_count;
    delete from obs.error_texts t
    using (
        select x.tenant_id, x.fingerprint
        from obs.error_texts x
        where not exists (
            select from obs.event_days d where d.dropped_at is null and d.run_day between x.first_run_day and x.last_run_day
        )
        limit greatest(p_limit - v_done, 0)
        for update skip locked
    ) x
    where t.tenant_id = x.tenant_id and t.fingerprint = x.fingerprint;
    get diagnostics v_count = row_count;
    v_done := v_done + v_count;
    delete from obs.content_hashes c
    using (
        select x.tenant_id, x.company_id, x.kind
        from obs.content_hashes x
        where x.seen_at < obs._history_cutoff('alert_history_days', 396)
        order by x.seen_at
        limit greatest(p_limit - v_done, 0)
        for update skip locked
    ) x
    where c.tenant_id = x.tenant_id and c.company_id = x.company_id and c.kind = x.kind;
    get diagnostics v_count = row_count;
    return v_done + v_count;
end
$$;
comment on function obs._prune_texts(int) is
'Deletes host snapshots, shared error texts and content hashes that nothing needs any more; returns how many.';
