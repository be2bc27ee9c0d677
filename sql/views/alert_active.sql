-- obs.alert_active: the alerts that are not over, the worst first to read
create or replace view obs.alert_active with (security_invoker = true) as
select
    a.alert_id,
    a.tenant_id,
    a.alert_code,
    r.title,
    a.severity,
    a.state,
    a.subject,
    a.run_id,
    a.value,
    a.threshold,
    a.summary,
    a.fired_at,
    obs.now() - a.fired_at as age,
    a.acked_at,
    a.acked_by,
    a.ack_note,
    a.muted_by,
    a.is_flapping,
    a.notified_at,
    a.evidence,
    r.runbook_code,
    r.error_sqlstate as rule_error,
    a.is_simulation
from obs.alerts as a
inner join obs.alert_rules as r on a.alert_code = r.alert_code
where a.resolved_at is null;
comment on view obs.alert_active is
'Alerts that are not over: what, since when, value against threshold, who takes care of it, what mutes it (muted_by).';
