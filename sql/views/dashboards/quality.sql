-- obs.dash_quality: one row a run: both e-mail rates, what reviewers said, how long rationales are
create or replace view obs.dash_quality with (security_invoker = true) as
select
    o.tenant_id,
    o.run_id,
    o.started_at,
    obs._night(o.started_at, t.time_zone) as night,
    o.emails_verified,
    o.emails_total,
    o.email_verified_rate,
    o.companies_contactable,
    o.companies_with_email,
    o.company_contactable_rate,
    q.drawn as qa_drawn,
    q.passed as qa_passed,
    q.failed as qa_failed,
    q.pending as qa_pending,
    q.pass_rate as qa_pass_rate,
    q.flagged as qa_flagged,
    q.follow_up as qa_follow_up,
    o.rationale_p50_chars,
    g.target as company_contactable_target
from obs.run_overview as o
inner join obs.tenants as t on o.tenant_id = t.tenant_id
left join obs.qa_run_status as q on o.tenant_id = q.tenant_id and o.run_id = q.run_id
left join obs.slo_targets as g on o.tenant_id = g.tenant_id and g.slo = 'company_contactable';
comment on view obs.dash_quality is
'One row a run: verified e-mails, companies that can be contacted, verdicts of QA, median length of rationales.';
