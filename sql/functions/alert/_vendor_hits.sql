-- obs._vendor_hits: how often a vendor's rate limit and quota were hit in a run, events not yet folded included
-- Called by: advice
-- Reads/Writes: run_vendor_usage, stage_deltas, vendor_error_codes
-- Raises: nothing
-- One statement: the fold moves hits from one table to the other in one transaction, so each counts once here.
create or replace function obs._vendor_hits(
    p_tenant_id text, p_run_id text, p_vendor text, out rate_limit_hits bigint, out quota_hits bigint
)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    select coalesce(sum(h.rate_limit), 0), coalesce(sum(h.quota), 0)
    into rate_limit_hits, quota_hits
    from (
        select u.rate_limit_hits as rate_limit, u.quota_hits as quota
        from obs.run_vendor_usage u
        where u.tenant_id = p_tenant_id and u.run_id = p_run_id and u.vendor = p_vendor
        union all
        select d.n * (m.meaning = 'rate_limit')::int, d.n * (m.meaning = 'quota')::int
        from obs.stage_deltas d
        cross join lateral (select obs._error_meaning(p_tenant_id, d.vendor, d.error_code) as meaning) m
        where d.tenant_id = p_tenant_id and d.run_id = p_run_id and d.vendor = p_vendor and d.kind = 'call'
          and d.error_code <> ''
    ) h;
end
$$;
comment on function obs._vendor_hits(text, text, text) is
'How often a vendor''s rate limit and quota were hit in a run, events not yet folded included.';
