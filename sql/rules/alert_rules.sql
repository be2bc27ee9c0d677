-- The built-in rules and the thresholds of the PRD, as data. A newer version of obs renews what a rule is, and with its version
-- closes what the old one opened. Thresholds come with a rule's first condition alone: what somebody set, or took away, stays.
with judged as (
    select r.alert_code
    from obs.alert_rules as r
    where r.condition is not null
),

known as (
    insert into obs.alert_rules as r (
        alert_code, title, condition, scope, stages, comparison, severity, escalated_severity, across_tenants, inhibited_by,
        runbook_code
    )
    values
    ('MV-01', 'View not refreshed', 'obs.condition_mv_01', 'run', '{mv_refresh}', '>', 'page', null, false, '{}', 'MV-01'),
    ('CR-02', 'Crawl error rate high', 'obs.condition_cr_02', 'run', '{crawl}', '>', 'warning', 'page', false, '{}', 'CR-02'),
    ('VQ-03', 'Vendor quota or rate limit', 'obs.condition_vq_03', 'run', null, '>', 'warning', null, true, '{OA-04}', 'VQ-03'),
    ('OA-04', 'OpenAI rate limit', 'obs.condition_oa_04', 'run', null, '>', 'warning', null, true, '{}', 'OA-04'),
    ('CC-05', 'Candidates below floor', 'obs.condition_cc_05', 'run', null, '<', 'ticket', null, false, '{}', 'CC-05'),
    ('OE-06', 'Odoo export errors', 'obs.condition_oe_06', 'run', '{export_odoo}', '>', 'warning', null, false, '{}', 'OE-06'),
    ('QA-07', 'QA pass rate low', 'obs.condition_qa_07', 'run', '{qa}', '<', 'ticket', null, false, '{}', 'QA-07'),
    ('SL-08', 'SLO budget spent', 'obs.condition_sl_08', 'standing', null, '>', 'warning', 'page', false, '{}', 'SL-08'),
    ('WD-09', 'Watcher is blind', 'obs.condition_wd_09', 'standing', null, '>', 'page', null, false, '{}', 'WD-09'),
    ('C-10', 'Cost above daily cap', 'obs.condition_c_10', 'standing', null, '>', 'warning', null, false, '{}', 'C-10'),
    ('UP-11', 'Calls without a price', 'obs.condition_up_11', 'run', null, '>', 'ticket', null, false, '{}', 'UP-11'),
    ('RC-12', 'Log and database differ', 'obs.condition_rc_12', 'run', null, '>', 'warning', null, false, '{}', 'RC-12'),
    ('RN-13', 'Run hung, crashed or incomplete', 'obs.condition_rn_13', 'run', null, '>', 'page', null, false, '{}', 'RN-13'),
    ('PV-14', 'Redaction let something through', 'obs.condition_pv_14', 'run', null, '>', 'page', null, false, '{}', 'PV-14')
    on conflict (alert_code) do update set
        title = excluded.title, condition = excluded.condition, scope = excluded.scope, stages = excluded.stages,
        comparison = excluded.comparison, severity = excluded.severity, escalated_severity = excluded.escalated_severity,
        across_tenants = excluded.across_tenants, inhibited_by = excluded.inhibited_by, runbook_code = excluded.runbook_code,
        version = r.version + 1, updated_at = clock_timestamp()
    where (
        r.title, r.condition, r.scope, r.stages, r.comparison, r.severity, r.escalated_severity, r.across_tenants, r.inhibited_by,
        r.runbook_code
    ) is distinct from (
        excluded.title, excluded.condition, excluded.scope, excluded.stages, excluded.comparison, excluded.severity,
        excluded.escalated_severity, excluded.across_tenants, excluded.inhibited_by, excluded.runbook_code
    )
    returning r.alert_code
)

-- C-10 has no cap until somebody sets one: it judges nobody without.
insert into obs.alert_thresholds (alert_code, name, value)
select
    t.alert_code,
    t.name,
    t.value
from (
    values
    ('MV-01', 'threshold', 0),
    ('CR-02', 'threshold', 0.3),
    ('CR-02', 'escalate_at', 0.5),
    ('CR-02', 'min_sample', 20),
    ('VQ-03', 'threshold', 0),
    ('OA-04', 'threshold', 0),
    ('CC-05', 'threshold', 50),
    ('OE-06', 'threshold', 0),
    ('QA-07', 'threshold', 0.8),
    ('SL-08', 'threshold', 1),
    ('SL-08', 'escalate_at', 25),
    ('WD-09', 'threshold', 0),
    ('UP-11', 'threshold', 0),
    ('RC-12', 'threshold', 0.02),
    ('RN-13', 'threshold', 0),
    ('PV-14', 'threshold', 0)
) as t (alert_code, name, value)
inner join known as k on t.alert_code = k.alert_code
where t.alert_code not in (select j.alert_code from judged as j)
on conflict do nothing;
