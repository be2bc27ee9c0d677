-- obs.condition_cr_02: share of crawls that failed, for each run whose crawl stage has ended
create or replace view obs.condition_cr_02 with (security_invoker = true) as
select
    'CR-02'::text as alert_code,
    s.tenant_id,
    s.run_id,
    'crawl'::text as subject,
    c.value,
    j.threshold,
    j.severity,
    j.verdict,
    format('%s of %s crawls failed (%s %%)', s.count_error, s.count_total, round(100 * c.value, 1)) as summary,
    jsonb_build_object('sample', s.count_total, 'count_error', s.count_error) as details
from obs.run_stage_stats as s
cross join lateral (select s.count_error::numeric / nullif(s.count_total, 0) as value) as c
cross join lateral obs._judge('CR-02', s.tenant_id, c.value, s.count_total) as j
where s.stage = 'crawl' and s.status <> 'running';
comment on view obs.condition_cr_02 is
'CR-02: share of crawls that failed, 0 to 1; above 0.3 a warning, above 0.5 a page, not judged below 20 crawls.';
