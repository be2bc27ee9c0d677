-- obs.set_metric: sets a number of a run, such as candidates_pre or candidates_post
-- Called by: pipelines
-- Reads/Writes: enrichment_runs (row lock), run_metrics and all that _after_change writes
-- Raises: OB002 unknown run, OB004 ambiguous run id, 22023 bad name or value
create or replace function obs.set_metric(
    p_run_id text,
    p_name text,
    p_value numeric,
    p_reason text default '',
    p_tenant_id text default null
) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenant text := (obs._lock_run(p_run_id, p_tenant_id)).tenant_id;
begin
    perform obs._check_id('metric name', p_name);
    if p_value is null or not abs(p_value) < 1e18 then
        raise exception 'metric % needs a finite number of at most 18 digits, not %', quote_literal(p_name),
            coalesce(left(p_value::text, 40), 'NULL')
            using errcode = '22023';
    end if;
    perform obs._put_metric(v_tenant, p_run_id, p_name, p_value, coalesce(p_reason, ''));
    perform obs._after_change(v_tenant, p_run_id, '{}');
end
$$;
comment on function obs.set_metric(text, text, numeric, text, text) is
'Sets a number of a run; p_reason splits one, such as funnel_loss by reason. Setting it again replaces it.';
