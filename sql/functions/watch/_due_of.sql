-- obs._due_of: the expected moment that a run belongs to: an hour after its start at the latest; NULL when none is expected
-- Called by: condition_mv_01
-- Reads/Writes: expected_runs, tenants
-- Raises: nothing
create or replace function obs._due_of(p_tenant_id text, p_kind text, p_started_at timestamptz) returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    return (
        select max(case
            when p_started_at >= o.next_due - least(interval '1 hour', (o.next_due - o.last_due) / 2) then o.next_due
            else o.last_due
        end)
        from obs.expected_runs e
        join obs.tenants t on t.tenant_id = e.tenant_id
        cross join lateral (
            select
                obs._last_due(e.schedule, coalesce(e.time_zone, t.time_zone), p_started_at) as last_due,
                obs._next_due(e.schedule, coalesce(e.time_zone, t.time_zone), p_started_at) as next_due
        ) o
        where e.tenant_id = p_tenant_id and e.kind = p_kind
    );
end
$$;
comment on function obs._due_of(text, text, timestamptz) is
'The expected moment that a run belongs to; NULL when none is expected.';
