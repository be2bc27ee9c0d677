-- obs.dash_vendor_usage: one row a run and vendor: calls, errors, limits met, tokens and cost
-- All calls count, those outside of any stage too. What a run costs (run_overview, metrics_text, explain) is what its stages
-- cost: vendors may add up to more.
create or replace view obs.dash_vendor_usage with (security_invoker = true) as
select
    r.tenant_id,
    r.run_id,
    r.started_at,
    obs._night(r.started_at, t.time_zone) as night,
    v.vendor::text as vendor,
    v.calls,
    v.errors,
    v.errors::numeric / nullif(v.calls, 0) as error_rate,
    v.rate_limit_hits,
    v.rate_limit_hits > 0 as rate_limited,
    v.quota_exhausted,
    v.tokens_input,
    v.tokens_output,
    v.cost_usd_exact as cost_usd,
    v.unpriced_calls
from obs.enrichment_runs as r
inner join obs.tenants as t on r.tenant_id = t.tenant_id
inner join obs.run_vendor_usage as v on r.tenant_id = v.tenant_id and r.run_id = v.run_id
where not r.is_simulation;
comment on view obs.dash_vendor_usage is
'One row a run and vendor: calls, error rate, rate limits and quotas met, tokens, cost in US dollars, calls without a price.';
