-- obs.condition_sl_08: how much of the budget of each service level objective is spent
-- Its subject is the objective, its value missed / allowed: above 1 the target is missed. Where three of the last five nightly
-- runs failed, how fast these spend it counts for run_success_50: at 98 % that is 30 times the allowed speed, which pages. With
-- fewer than five in the window nothing is judged; what has been judged before is told so. Rounded up to a tenth, which keeps
-- both sides of the threshold apart and the history of observations short while a page waits.
create or replace view obs.condition_sl_08 with (security_invoker = true) as
select
    'SL-08'::text as alert_code,
    s.tenant_id,
    null::text as run_id,
    s.slo as subject,
    v.value,
    j.threshold,
    j.severity,
    j.verdict,
    case
        when s.state = 'no_data' then format('%s: only %s in the window (%s), 5 are needed', s.title, s.n, s.over)
        else format(
            '%s: %s, target %s (%s); budget %s, left %s%s', s.title, f.actual, f.target, s.over, round(s.budget),
            round(s.budget_left),
            case when s.spent_by_last_5 is not null then '; at least three of the last five failed' else '' end
        )
    end as summary,
    jsonb_build_object('sample', s.n, 'actual', s.actual, 'target', s.target, 'low', s.low, 'high', s.high) as details
from obs.slo_status as s
cross join lateral (
    select ceil(10 * case when s.state <> 'no_data' then greatest(s.spent, s.spent_by_last_5) end) / 10 as value
) as v
cross join lateral (
    select
        case s.unit when 'share' then round(100 * s.actual, 1) || ' %' else round(s.actual, 1) || ' min' end as actual,
        case s.unit when 'share' then round(100 * s.target, 1) || ' %' else round(s.target, 1) || ' min' end as target
) as f
cross join lateral obs._judge('SL-08', s.tenant_id, v.value) as j
where s.state <> 'no_data'
    or exists (
        select 1 from obs.alert_states as x
        where x.tenant_id = s.tenant_id and x.alert_code = 'SL-08' and x.subject = s.slo
    );
comment on view obs.condition_sl_08 is
'SL-08: how many times the budget of an objective is spent; above 1 a warning, a page where the last nightly runs spend it fast.';
