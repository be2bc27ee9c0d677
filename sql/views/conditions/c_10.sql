-- obs.condition_c_10: cost of each tenant's runs that started today, in its time zone, where a daily cap is set
create or replace view obs.condition_c_10 with (security_invoker = true) as
select
    'C-10'::text as alert_code,
    t.tenant_id,
    null::text as run_id,
    'cost'::text as subject,
    c.value,
    j.threshold,
    j.severity,
    j.verdict,
    format('%s USD today, the daily cap is %s USD', round(c.value, 2), j.threshold) as summary,
    jsonb_build_object('runs', c.runs) as details
from obs.tenants as t
cross join lateral (
    select
        coalesce(sum(s.cost_usd_exact), 0) as value,
        count(distinct r.run_id) as runs
    from obs.enrichment_runs as r
    inner join obs.run_stage_stats as s on r.tenant_id = s.tenant_id and r.run_id = s.run_id
    where r.tenant_id = t.tenant_id
        and r.started_at >= date_trunc('day', obs.now(), t.time_zone)
) as c
cross join lateral obs._judge('C-10', t.tenant_id, c.value) as j
where j.threshold is not null;
comment on view obs.condition_c_10 is
'C-10: US dollars that a tenant''s runs of today cost; above its cap (obs.set_threshold) a warning.';
