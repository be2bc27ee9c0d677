-- obs._follow_up: opens the follow-up of a run whose sample can no longer pass, once, and has QA-07 judge the run
-- Called by: qa_review, close_follow_up; both hold the row of the run's random draw
-- Reads/Writes: condition_qa_07, qa_follow_ups, alert_rules, runs_to_judge and all that _try_judge_rule writes
-- Raises: nothing: an alert that cannot be judged must not refuse a review
-- What another session is judging, and what the condition failed on, waits in runs_to_judge for the next evaluation.
create or replace function obs._follow_up(p_tenant_id text, p_run_id text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_rule obs.alert_rules;
begin
    insert into obs.qa_follow_ups (tenant_id, run_id, opened_at, passed, failed, pending, summary)
    select
        c.tenant_id, c.run_id, obs.now(), (c.details ->> 'passed')::int, (c.details ->> 'failed')::int,
        (c.details ->> 'pending')::int, c.summary
    from obs.condition_qa_07 c
    where c.tenant_id = p_tenant_id and c.run_id = p_run_id and c.verdict = 'breach'
    on conflict do nothing;
    select r.* into v_rule from obs.alert_rules r where r.alert_code = 'QA-07';
    if not obs._try_judge_rule(v_rule, array[p_tenant_id], array[p_run_id], obs.now()) then
        perform obs._queue_run(p_tenant_id, p_run_id);
    end if;
end
$$;
comment on function obs._follow_up(text, text) is
'Opens the follow-up of a run whose sample can no longer pass, once, and has QA-07 judge the run.';
