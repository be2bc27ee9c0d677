-- obs._vendor_hits: how often a vendor's rate limit and quota were hit, by run: {"run": [rate limit hits, quota hits]}
-- Called by: advice
-- Reads/Writes: enrichment_runs, run_vendor_usage, stage_deltas, vendor_error_codes
-- Raises: nothing
-- Runs of the tenant that are open or began in the last 24 hours: they share the account. Events not yet folded are
-- counted. One statement: the fold moves hits from one table to the other in one transaction, so each counts once here.
create or replace function obs._vendor_hits(p_tenant_id text, p_vendor text, p_at timestamptz) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    return (
        select coalesce(jsonb_object_agg(r.run_id, jsonb_build_array(h.rate_limit, h.quota)), '{}')
        from obs.enrichment_runs r
        cross join lateral (
            select sum(u.rate_limit) as rate_limit, sum(u.quota) as quota
            from (
                select x.rate_limit_hits as rate_limit, x.quota_hits as quota
                from obs.run_vendor_usage x
                where x.tenant_id = r.tenant_id and x.run_id = r.run_id and x.vendor = p_vendor
                union all
                select d.n * (m.meaning = 'rate_limit')::int, d.n * (m.meaning = 'quota')::int
                from obs.stage_deltas d
                cross join lateral (select obs._error_meaning(p_tenant_id, d.vendor, d.error_code) as meaning) m
                where d.tenant_id = r.tenant_id and d.run_id = r.run_id and d.vendor = p_vendor and d.kind = 'call'
                  and d.error_code <> '' and m.meaning is not null
            ) u
        ) h
        where r.tenant_id = p_tenant_id and not r.is_simulation and h.rate_limit + h.quota > 0
          and (r.started_at > p_at - interval '24 hours' or r.status = 'running')
    );
end
$$;
comment on function obs._vendor_hits(text, text, timestamptz) is
'How often a vendor''s rate limit and quota were hit, by run, events not yet folded included.';
