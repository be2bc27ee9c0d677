-- obs.condition_oa_04: rate limits of OpenAI in each run; while it fires, VQ-03 says nothing about openai
create or replace view obs.condition_oa_04 with (security_invoker = true) as
select
    'OA-04'::text as alert_code,
    u.tenant_id,
    u.run_id,
    u.vendor::text as subject,
    u.rate_limit_hits::numeric as value,
    j.threshold,
    j.severity,
    j.verdict,
    format('%s of %s calls to %s rate limited', u.rate_limit_hits, u.calls, u.vendor) as summary,
    jsonb_build_object('calls', u.calls, 'errors', u.errors, 'rate_limit_hits', u.rate_limit_hits) as details
from obs.run_vendor_usage as u
inner join obs.enrichment_runs as r on u.tenant_id = r.tenant_id and u.run_id = r.run_id
cross join lateral obs._judge('OA-04', u.tenant_id, u.rate_limit_hits::numeric) as j
where u.vendor = 'openai' and (r.status <> 'running' or u.rate_limit_hits > 0);
comment on view obs.condition_oa_04 is
'OA-04: calls to OpenAI that met a rate limit, by run; any is a warning, and obs.advice says how far to throttle.';
