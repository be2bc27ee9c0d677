-- obs.slo_targets: each objective with the target in force for a tenant: its own setting, else everybody's, else that of obs
create or replace view obs.slo_targets with (security_invoker = true) as
select
    t.tenant_id,
    d.slo,
    d.title,
    coalesce(max((s.value)::numeric) filter (where s.tenant_id is not null), max((s.value)::numeric), d.target) as target,
    d.unit,
    d.over,
    d.setting
from obs.tenants as t
cross join (
    values
    ('run_success_50', 'Nightly runs that succeed', 0.98, 'share', 'last 50 nightly runs', 'slo_run_success'),
    ('run_success_30d', 'Nightly runs that succeed', 0.98, 'share', '30 days', 'slo_run_success'),
    (
        'duration_p95_per_1k', 'Duration of a run for 1,000 candidates, p95', 90, 'minutes', '30 days, runs of 200 and more',
        'slo_duration_min_per_1k'
    ),
    ('crawl_success_p50', 'Crawl success of a run, p50', 0.7, 'share', '30 days', 'slo_crawl_success'),
    ('company_contactable', 'Companies with a usable business e-mail', 0.4, 'share', '30 days', 'slo_company_contactable'),
    ('alert_mtta', 'Time until a page is acknowledged, mean', 10, 'minutes', '30 days', 'slo_mtta_min'),
    ('alert_mttr_p1', 'Time until a page is resolved, mean', 120, 'minutes', '30 days', 'slo_mttr_p1_min')
) as d (slo, title, target, unit, over, setting)
left join obs.settings as s on d.setting = s.key and (t.tenant_id = s.tenant_id or s.tenant_id is null)
group by t.tenant_id, d.slo, d.title, d.target, d.unit, d.over, d.setting;
comment on view obs.slo_targets is
'One row a tenant and objective: the target in force, a share or minutes, its window, and the setting that changes it.';
