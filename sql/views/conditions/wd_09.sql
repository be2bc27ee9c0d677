-- obs.condition_wd_09: whether obs itself sees and speaks: overdue jobs, an outbox that does not move, dead forwarders,
-- broken rules
-- tenant_id '' is obs itself. A watcher that was never started is not missed.
create or replace view obs.condition_wd_09 with (security_invoker = true) as
select
    'WD-09'::text as alert_code,
    ''::text as tenant_id,
    null::text as run_id,
    w.subject,
    w.value,
    j.threshold,
    j.severity,
    j.verdict,
    w.summary,
    null::jsonb as details
from (
    select
        'job ' || h.job as subject,
        h.overdue::int::numeric as value,
        format('job %s was last done %s; due every %s', h.job, h.last_success_at, h.max_age) as summary
    from obs.job_health as h
    where h.last_success_at is not null
    union all
    select
        'outbox' as subject,
        (coalesce(obs.now() - min(n.next_try_at), interval '0') > interval '5 minutes')::int as value,
        format('%s notifications wait, the oldest since %s', count(*), min(n.next_try_at)) as summary
    from obs.notifications as n
    where n.state in ('waiting', 'leased') and n.attempts = 0
    union all
    select
        'forwarder' as subject,
        (obs.now() - max(f.last_seen_at) > interval '2 minutes')::int as value,
        format('no forwarder has been seen since %s', max(f.last_seen_at)) as summary
    from obs.forwarders as f
    having count(*) > 0
    union all
    select
        'rule ' || r.alert_code as subject,
        (r.error_sqlstate is not null)::int as value,
        format('the condition of %s fails with SQLSTATE %s', r.alert_code, r.error_sqlstate) as summary
    from obs.alert_rules as r
    where r.error_sqlstate is not null
        or exists (
            select 1 from obs.alert_states as s
            where s.tenant_id = '' and s.alert_code = 'WD-09' and s.subject = 'rule ' || r.alert_code
        )
) as w
cross join lateral obs._judge('WD-09', '', w.value) as j;
comment on view obs.condition_wd_09 is
'WD-09: whether obs itself sees and speaks; value 1 for an overdue job, a stuck outbox, a dead forwarder or a broken rule.';
