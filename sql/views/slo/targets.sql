-- obs.slo_targets: the target of each objective that is in force for a tenant: its own setting, else everybody's, else that of obs
create or replace view obs.slo_targets with (security_invoker = true) as
select
    t.tenant_id,
    d.objective,
    coalesce(max((s.value)::numeric) filter (where s.tenant_id is not null), max((s.value)::numeric), d.target) as target,
    d.setting
from obs.tenants as t
cross join (
    values
    ('run_success', 'slo_run_success', 0.98),
    ('duration_per_1k', 'slo_duration_min_per_1k', 90),
    ('crawl_success', 'slo_crawl_success', 0.7),
    ('company_contactable', 'slo_company_contactable', 0.4),
    ('alert_mtta', 'slo_mtta_min', 10),
    ('alert_mttr_p1', 'slo_mttr_p1_min', 120)
) as d (objective, setting, target)
left join obs.settings as s on d.setting = s.key and (t.tenant_id = s.tenant_id or s.tenant_id is null)
group by t.tenant_id, d.objective, d.target, d.setting;
comment on view obs.slo_targets is
'One row a tenant and objective: the target in force, a share or minutes, and the setting that changes it.';
