-- obs._limited_calls: the calls of a vendor that met its quota or rate limit, the first 5 000 in order
-- Called by: the checks
-- Reads/Writes: enrichment_runs, run_event_logs, run_error_codes, vendor_error_codes
-- Raises: nothing
create or replace function obs._limited_calls(p_tenant_id text, p_run_id text, p_vendor text)
returns table (ts timestamptz, meaning text)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    with code as (
        select c.stage, c.error_code, obs._error_meaning(p_tenant_id, p_vendor, c.error_code) as meaning
        from obs.run_error_codes c
        where c.tenant_id = p_tenant_id and c.run_id = p_run_id and c.kind = 'call' and c.vendor = p_vendor
    )
    select e.ts, c.meaning
    from obs.enrichment_runs r
    join (select distinct k.stage from code k where k.meaning is not null) s on true
    join obs.run_event_logs e on e.tenant_id = r.tenant_id and e.run_id = r.run_id and e.run_day = r.run_day
        and e.stage = s.stage and e.status = 'error'
    join code c on c.stage = s.stage and c.error_code = e.error_code and c.meaning is not null
    where r.tenant_id = p_tenant_id and r.run_id = p_run_id and e.kind = 'call' and e.vendor = p_vendor
    order by e.ts
    limit 5000;
end
$$;
comment on function obs._limited_calls(text, text, text) is
'When a vendor answered quota or rate_limit in a run: the first 5 000 such calls.';
