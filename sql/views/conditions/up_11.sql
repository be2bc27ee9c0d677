-- obs.condition_up_11: calls whose price nobody knows, by run
create or replace view obs.condition_up_11 with (security_invoker = true) as
select
    'UP-11'::text as alert_code,
    r.tenant_id,
    r.run_id,
    'calls'::text as subject,
    c.value,
    j.threshold,
    j.severity,
    j.verdict,
    format('%s calls have no price%s', c.value, coalesce(': ' || c.vendors, '')) as summary,
    jsonb_build_object('vendors', c.vendors) as details
from obs.enrichment_runs as r
cross join lateral (
    select
        coalesce(sum(u.unpriced_calls), 0)::numeric as value,
        string_agg(u.vendor, ', ' order by u.vendor) filter (where u.unpriced_calls > 0) as vendors
    from obs.run_vendor_usage as u
    where u.tenant_id = r.tenant_id and u.run_id = r.run_id
) as c
cross join lateral obs._judge('UP-11', r.tenant_id, c.value) as j
where r.status <> 'running';
comment on view obs.condition_up_11 is 'UP-11: calls without a price, by run that has ended; any is a ticket.';
