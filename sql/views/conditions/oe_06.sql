-- obs.condition_oe_06: records that could not be exported to Odoo, and exports that said they were not ready
create or replace view obs.condition_oe_06 with (security_invoker = true) as
select
    'OE-06'::text as alert_code,
    s.tenant_id,
    s.run_id,
    'export_odoo'::text as subject,
    c.value,
    j.threshold,
    j.severity,
    j.verdict,
    format('%s of %s exports failed', s.count_error, s.count_total)
    || case when m.value = 0 then '; the export said ready=false' else '' end as summary,
    jsonb_build_object('sample', s.count_total, 'count_error', s.count_error, 'ready', m.value <> 0) as details
from obs.run_stage_stats as s
left join obs.run_metrics as m
    on s.tenant_id = m.tenant_id and s.run_id = m.run_id and m.name = 'export_ready' and m.label = ''
cross join lateral (select s.count_error + case when m.value = 0 then 1 else 0 end::numeric as value) as c
cross join lateral obs._judge('OE-06', s.tenant_id, c.value) as j
where s.stage = 'export_odoo' and s.status <> 'running';
comment on view obs.condition_oe_06 is
'OE-06: failed exports to Odoo by run, one more when metric export_ready is 0; any is a warning.';
