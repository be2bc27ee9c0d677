-- obs.condition_vq_03: rate limits and exhausted quotas of each vendor in each run
-- A hit counts at once; that there was none is said when the run has ended.
create or replace view obs.condition_vq_03 with (security_invoker = true) as
select
    'VQ-03'::text as alert_code,
    u.tenant_id,
    u.run_id,
    u.vendor::text as subject,
    (u.rate_limit_hits + u.quota_hits)::numeric as value,
    j.threshold,
    j.severity,
    j.verdict,
    case
        when u.quota_hits > 0 then format(
            'quota of %s exhausted: %s of %s calls refused%s', u.vendor, u.quota_hits, u.calls,
            case when u.rate_limit_hits > 0 then format(', %s more rate limited', u.rate_limit_hits) else '' end
        )
        else format('%s of %s calls to %s rate limited', u.rate_limit_hits, u.calls, u.vendor)
    end as summary,
    jsonb_build_object(
        'calls', u.calls, 'errors', u.errors, 'rate_limit_hits', u.rate_limit_hits, 'quota_hits', u.quota_hits
    ) as details
from obs.run_vendor_usage as u
inner join obs.enrichment_runs as r on u.tenant_id = r.tenant_id and u.run_id = r.run_id
cross join lateral obs._judge('VQ-03', u.tenant_id, (u.rate_limit_hits + u.quota_hits)::numeric) as j
where r.status <> 'running' or u.rate_limit_hits + u.quota_hits > 0;
comment on view obs.condition_vq_03 is
'VQ-03: calls that met a rate limit or an exhausted quota, by vendor and run; any is a warning.';
