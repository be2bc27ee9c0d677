-- obs._error_meaning: what a vendor's error code means: rate_limit, quota, or NULL for anything else
-- Called by: _fold, map_error_code, _compared_totals, _limited_calls, _vendor_hits, _run_failures
-- Reads/Writes: vendor_error_codes
-- Raises: nothing
create or replace function obs._error_meaning(p_tenant_id text, p_vendor text, p_error_code text) returns text
language sql stable
return case p_error_code
    when '' then null
    when 'HTTP_429' then 'rate_limit'
    when 'HTTP_402' then 'quota'
    else (
        select m.meaning
        from obs.vendor_error_codes as m
        where m.vendor = p_vendor and m.error_code = p_error_code and (m.tenant_id is null or m.tenant_id = p_tenant_id)
        order by m.tenant_id nulls last
        limit 1
    )
end;
comment on function obs._error_meaning(text, text, text) is
'What a vendor''s error code means: rate_limit, quota, or NULL.';
