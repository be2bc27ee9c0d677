-- obs.job_health: the scheduled jobs with the age of their heartbeats
create or replace view obs.job_health with (security_invoker = true) as
select
    j.job,
    j.schedule,
    j.last_success_at,
    clock_timestamp() - j.last_success_at as age,
    j.max_age,
    coalesce(clock_timestamp() - j.last_success_at > j.max_age, true) as overdue,
    j.last_duration_ms,
    j.last_result,
    j.runs
from obs.jobs as j;
comment on view obs.job_health is
'The scheduled jobs with the age of their heartbeats; overdue is an alert of its own.';
