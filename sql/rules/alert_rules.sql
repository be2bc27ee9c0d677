-- The built-in rules and the thresholds of the PRD, as data. A newer version of obs renews what a rule is; thresholds
-- that somebody has set stay.
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
('QA-07', 'QA pass rate low', null, 'run', null, '<', 'ticket', null, false, '{}', 'QA-07'),
('SL-08', 'SLO budget spent', null, 'standing', null, '>', 'warning', null, false, '{}', 'SL-08'),
('WD-09', 'Watcher is blind', 'obs.condition_wd_09', 'standing', null, '>', 'page', null, false, '{}', 'WD-09'),
('C-10', 'Cost above daily cap', 'obs.condition_c_10', 'standing', null, '>', 'warning', null, false, '{}', 'C-10'),
('UP-11', 'Calls without a price', 'obs.condition_up_11', 'run', null, '>', 'ticket', null, false, '{}', 'UP-11'),
('RC-12', 'Log and database differ', 'obs.condition_rc_12', 'run', null, '>', 'warning', null, false, '{}', 'RC-12'),
('RN-13', 'Run hung, crashed or incomplete', 'obs.condition_rn_13', 'run', null, '>', 'page', null, false, '{}', 'RN-13')
on conflict (alert_code) do update set
    title = excluded.title, condition = excluded.condition, scope = excluded.scope, stages = excluded.stages,
    comparison = excluded.comparison, severity = excluded.severity, escalated_severity = excluded.escalated_severity,
    across_tenants = excluded.across_tenants, inhibited_by = excluded.inhibited_by, runbook_code = excluded.runbook_code
where (
    r.title, r.condition, r.scope, r.stages, r.comparison, r.severity, r.escalated_severity, r.across_tenants, r.inhibited_by,
    r.runbook_code
) is distinct from (
    excluded.title, excluded.condition, excluded.scope, excluded.stages, excluded.comparison, excluded.severity,
    excluded.escalated_severity, excluded.across_tenants, excluded.inhibited_by, excluded.runbook_code
);

-- C-10 has no cap until somebody sets one: it judges nobody without.
insert into obs.alert_thresholds (tenant_id, alert_code, name, value)
values
(null, 'MV-01', 'threshold', 0),
(null, 'CR-02', 'threshold', 0.3),
(null, 'CR-02', 'escalate_at', 0.5),
(null, 'CR-02', 'min_sample', 20),
(null, 'VQ-03', 'threshold', 0),
(null, 'OA-04', 'threshold', 0),
(null, 'CC-05', 'threshold', 50),
(null, 'OE-06', 'threshold', 0),
(null, 'QA-07', 'threshold', 0.8),
(null, 'WD-09', 'threshold', 0),
(null, 'UP-11', 'threshold', 0),
(null, 'RC-12', 'threshold', 0.02),
(null, 'RN-13', 'threshold', 0)
on conflict do nothing;
