-- obs._put_metrics: every number in an extra becomes a metric of the run
-- Called by: start_run, _apply_lifecycle (run_start, run_finish)
-- Reads/Writes: run_metrics
-- Raises: nothing
create or replace function obs._put_metrics(p_tenant_id text, p_run_id text, p_extra jsonb) returns void
language sql volatile
begin atomic
    select obs._put_metric(p_tenant_id, p_run_id, n.key, (n.value)::numeric, '')
    from jsonb_each(case jsonb_typeof(p_extra) when 'object' then p_extra else '{}' end) as n
    where jsonb_typeof(n.value) = 'number';
end;
comment on function obs._put_metrics(text, text, jsonb) is 'Every number in an extra becomes a metric of the run.';
