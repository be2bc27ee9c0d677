-- obs.condition_qa_07: the best pass rate that a run's random sample can still reach, from its first verdict on
-- Its subject is the run: each run has its own alert, which no later run ends. Once there is a follow-up it alone decides:
-- breach while it is open, whatever reviews are corrected to, ok when it has been closed. The value then stays at or below
-- the rate that opened it; closed, there is none, so that no replay judges it by other numbers.
create or replace view obs.condition_qa_07 with (security_invoker = true) as
select
    'QA-07'::text as alert_code,
    d.tenant_id,
    d.run_id,
    d.run_id as subject,
    v.value,
    j.threshold,
    j.severity,
    case
        when f.closed_at is not null then 'ok'
        when f.opened_at is not null then 'breach'
        else j.verdict
    end as verdict,
    case
        when f.closed_at is not null then 'the follow-up was closed: ' || f.close_reason
        else format(
            '%s of %s sampled companies failed, %s wait for review: at most %s %% can pass, %s %% are wanted',
            c.failed, c.total, c.pending, round(100.0 * (c.passed + c.pending) / c.total, 1), round(100 * j.threshold, 1)
        )
    end as summary,
    jsonb_build_object(
        'sample', c.total, 'passed', c.passed, 'failed', c.failed, 'pending', c.pending, 'shortfall', d.shortfall,
        'follow_up', case when f.closed_at is not null then 'closed' when f.opened_at is not null then 'open' end
    ) as details
from obs.qa_draws as d
cross join lateral (
    select
        count(*) as total,
        count(*) filter (where s.result = 'pass') as passed,
        count(*) filter (where s.result = 'fail') as failed,
        count(*) filter (where s.result = 'needs_review') as pending
    from obs.qa_samples as s
    where s.tenant_id = d.tenant_id and s.run_id = d.run_id and s.stratum = 'random'
) as c
left join obs.qa_follow_ups as f on d.tenant_id = f.tenant_id and d.run_id = f.run_id
cross join lateral (
    select case when f.closed_at is null then least(
        (c.passed + c.pending)::numeric / nullif(c.total, 0),
        (f.passed + f.pending)::numeric / nullif(f.passed + f.failed + f.pending, 0)
    ) end as value
) as v
cross join lateral obs._judge('QA-07', d.tenant_id, v.value, c.total) as j
where d.stratum = 'random' and c.total > 0 and (c.passed + c.failed > 0 or f.opened_at is not null);
comment on view obs.condition_qa_07 is
'QA-07: best pass rate that a run''s sample can still reach, 0 to 1; below 0.8 a ticket, until its follow-up is closed.';
