-- obs._mv_01_speaks: whether a run belongs to an expected moment of which no run has recorded mv_refresh, though it should
-- Called by: condition_rn_13, once for a run in trouble
-- Reads/Writes: expected_runs, tenants, enrichment_runs, run_stage_stats
-- Raises: nothing
create or replace function obs._mv_01_speaks(p_tenant_id text, p_kind text, p_started_at timestamptz) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    return obs._refreshes(p_tenant_id, p_kind) and exists (
        select
        from obs.expected_runs e
        join obs.tenants t on t.tenant_id = e.tenant_id
        cross join lateral (select coalesce(e.time_zone, t.time_zone) as zone) z
        cross join lateral (
            select obs._last_due(e.schedule, z.zone, p_started_at) as last_due, obs._next_due(e.schedule, z.zone, p_started_at) as next_due
        ) o
        cross join lateral (select least(interval '1 hour', (o.next_due - o.last_due) / 2) as early) a
        cross join lateral (
            select case when p_started_at >= o.next_due - a.early then o.next_due else o.last_due end as due_at
        ) d
        where e.tenant_id = p_tenant_id and e.kind = p_kind and d.due_at >= e.expected_since
          and not exists (
            select
            from obs.enrichment_runs r
            join obs.run_stage_stats s on s.tenant_id = r.tenant_id and s.run_id = r.run_id and s.stage = 'mv_refresh'
            where r.tenant_id = p_tenant_id and r.kind = p_kind and not r.is_simulation
              and r.started_at >= d.due_at - a.early
              and r.started_at < obs._next_due(e.schedule, z.zone, d.due_at) - a.early
              and (s.status in ('success', 'partial', 'error') or (s.status <> 'running' and s.count_error > 0))
          )
    );
end
$$;
comment on function obs._mv_01_speaks(text, text, timestamptz) is
'Whether a run belongs to an expected moment of which no run has recorded mv_refresh.';
