-- obs._limited_calls: when a vendor answered quota or rate_limit in a run: the first so many of such calls, in order
-- Called by: the checks
-- Reads/Writes: enrichment_runs, run_event_logs, run_error_codes, vendor_error_codes
-- Raises: nothing
create or replace function obs._limited_calls(
    p_tenant_id text, p_run_id text, p_vendor text, p_meaning text, p_limit int
) returns table (ts timestamptz)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    select e.ts
    from obs.enrichment_runs r
    cross join lateral (
        select c.stage, array_agg(c.error_code) as codes
        from obs.run_error_codes c
        where c.tenant_id = p_tenant_id and c.run_id = p_run_id and c.kind = 'call' and c.vendor = p_vendor
          and obs._error_meaning(p_tenant_id, p_vendor, c.error_code) = p_meaning
        group by c.stage
    ) s
    cross join lateral (
        select x.ts
        from obs.run_event_logs x
        where x.tenant_id = p_tenant_id and x.run_id = p_run_id and x.run_day = r.run_day and x.stage = s.stage
          and x.status = 'error' and x.kind = 'call' and x.vendor = p_vendor and x.error_code = any(s.codes)
        order by x.ts
        limit p_limit
    ) e
    where r.tenant_id = p_tenant_id and r.run_id = p_run_id
    order by e.ts
    limit p_limit;
end
$$;
comment on function obs._limited_calls(text, text, text, text, int) is
'When a vendor answered quota or rate_limit in a run: the first so many of such calls.';
