-- obs.qa_run_status: one row a run of which was drawn: what its reviewers said, whether it is flagged, how sure five runs make it
-- The rate is that of the random stratum alone; what was drawn by risk stands apart, for it is no picture of the run.
-- pooled_*: this run and the four before it of the same tenant and kind, with the 95 % interval of Wilson (1927), z = 1.959964:
-- (p + z²/2n ± z·sqrt(p(1 - p)/n + z²/4n²)) / (1 + z²/n).
create or replace view obs.qa_run_status with (security_invoker = true) as
select
    w.tenant_id,
    w.run_id,
    w.kind,
    w.started_at,
    w.drawn,
    w.shortfall,
    w.passed,
    w.failed,
    w.pending,
    w.passed::numeric / nullif(w.passed + w.failed, 0) as pass_rate,
    (w.passed + w.pending)::numeric / nullif(w.drawn, 0) as best_rate,
    w.threshold,
    coalesce((w.passed + w.pending)::numeric / nullif(w.drawn, 0) < w.threshold, false) as flagged,
    case when w.closed_at is not null then 'closed' when w.opened_at is not null then 'open' end as follow_up,
    w.risk_drawn,
    w.risk_passed,
    w.risk_failed,
    w.risk_pending,
    w.pooled_runs,
    w.pooled_n,
    w.pooled_passed::numeric / nullif(w.pooled_n, 0) as pooled_rate,
    i.low as pooled_low,
    i.high as pooled_high,
    case
        when i.low >= w.threshold then 'ok'
        when i.high < w.threshold then 'low'
        else 'unsure'
    end as pooled_verdict,
    case
        when w.pooled_n = 0 then 'nothing has been reviewed'
        else format(
            '%s of %s passed in %s: could be %s to %s %%', w.pooled_passed, w.pooled_n,
            case w.pooled_runs when 1 then 'one run' else w.pooled_runs || ' runs' end, round(100 * i.low), round(100 * i.high)
        )
    end as pooled_text
from (
    select
        d.tenant_id,
        d.run_id,
        r.kind,
        r.started_at,
        d.shortfall,
        c.*,
        f.opened_at,
        f.closed_at,
        t.threshold,
        count(*) over five as pooled_runs,
        sum(c.passed + c.failed) over five as pooled_n,
        sum(c.passed) over five as pooled_passed
    from obs.qa_draws as d
    inner join obs.enrichment_runs as r on d.tenant_id = r.tenant_id and d.run_id = r.run_id and not r.is_simulation
    cross join lateral (
        select
            count(*) filter (where s.stratum = 'random') as drawn,
            count(*) filter (where s.stratum = 'random' and s.result = 'pass') as passed,
            count(*) filter (where s.stratum = 'random' and s.result = 'fail') as failed,
            count(*) filter (where s.stratum = 'random' and s.result = 'needs_review') as pending,
            count(*) filter (where s.stratum = 'risk') as risk_drawn,
            count(*) filter (where s.stratum = 'risk' and s.result = 'pass') as risk_passed,
            count(*) filter (where s.stratum = 'risk' and s.result = 'fail') as risk_failed,
            count(*) filter (where s.stratum = 'risk' and s.result = 'needs_review') as risk_pending
        from obs.qa_samples as s
        where s.tenant_id = d.tenant_id and s.run_id = d.run_id
    ) as c
    left join obs.qa_follow_ups as f on d.tenant_id = f.tenant_id and d.run_id = f.run_id
    left join lateral (
        select x.value as threshold
        from obs.alert_thresholds as x
        where x.alert_code = 'QA-07' and x.name = 'threshold' and (x.tenant_id = d.tenant_id or x.tenant_id is null)
        order by x.tenant_id nulls last
        limit 1
    ) as t on true
    where d.stratum = 'random'
    window five as (partition by d.tenant_id, r.kind order by r.started_at, d.run_id rows between 4 preceding and current row)
) as w
cross join lateral (
    select
        w.pooled_passed::numeric / nullif(w.pooled_n, 0) as p,
        3.841459::numeric / nullif(w.pooled_n, 0) as zz
) as z
cross join lateral (
    select
        greatest((z.p + z.zz / 2 - sqrt(z.zz * (z.p * (1 - z.p) + z.zz / 4))) / (1 + z.zz), 0) as low,
        least((z.p + z.zz / 2 + sqrt(z.zz * (z.p * (1 - z.p) + z.zz / 4))) / (1 + z.zz), 1) as high
) as i;
comment on view obs.qa_run_status is
'One row a run of which was drawn: passed, failed, pending, pass rate, whether it is flagged, its follow-up, and how sure this '
'run and the four before it make the rate.';
