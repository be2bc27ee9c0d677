-- obs.qa_worklist: the samples that wait for a reviewer, the oldest first to read, with what the machine found
create or replace view obs.qa_worklist with (security_invoker = true) as
select
    s.tenant_id,
    s.run_id,
    r.kind,
    r.started_at,
    s.company_id,
    s.bucket,
    s.stratum,
    s.draw_rank,
    s.checks -> 'domain' ->> 'verdict' as domain_verdict,
    s.checks -> 'domain' ->> 'reason' as domain_reason,
    s.checks -> 'about' ->> 'verdict' as about_verdict,
    s.checks -> 'about' ->> 'reason' as about_reason,
    s.checks -> 'contacts' ->> 'verdict' as contacts_verdict,
    s.checks -> 'contacts' ->> 'reason' as contacts_reason,
    s.checks -> 'rationale' ->> 'verdict' as rationale_verdict,
    s.checks -> 'rationale' ->> 'reason' as rationale_reason,
    s.notes,
    case when s.claimed_until > n.moment then s.claimed_by end as claimed_by,
    case when s.claimed_until > n.moment then s.claimed_until end as claimed_until,
    n.moment - s.created_at as age,
    s.double_review and s.reviewer is not null as needs_second_review,
    s.revision
from obs.qa_samples as s
inner join obs.enrichment_runs as r on s.tenant_id = r.tenant_id and s.run_id = r.run_id
cross join (select obs.now() as moment) as n
where s.result = 'needs_review';
comment on view obs.qa_worklist is
'Samples that wait for a reviewer: run, company, verdicts and reasons of the checklist, whose claim is alive, how old they are.';
