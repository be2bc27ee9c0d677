-- obs._judge_run: judges the built-in conditions of one run, in the transaction that changed it
-- Called by: _after_change, _judge_queue
-- Reads/Writes: alert_rules, the condition views, runs_to_judge, and all that _try_judge_rule writes
-- Raises: nothing: a condition that fails must not fail the finish
-- p_stages narrows to the rules that look at these stages; NULL judges all. What another session is judging, and what a
-- condition failed on, waits in runs_to_judge for the next evaluation.
create or replace function obs._judge_run(p_tenant_id text, p_run_id text, p_stages text[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_rule obs.alert_rules;
    v_now constant timestamptz := obs.now();
    v_waits boolean := false;
begin
    for v_rule in
        select r.*
        from obs.alert_rules r
        where r.scope = 'run' and r.condition is not null and not r.is_user_defined
          and (p_stages is null or r.stages is null or r.stages && p_stages)
        order by r.alert_code
    loop
        v_waits := not obs._try_judge_rule(v_rule, array[p_tenant_id], array[p_run_id], v_now) or v_waits;
    end loop;
    if v_waits then
        perform obs._queue_run(p_tenant_id, p_run_id);
    end if;
end
$$;
comment on function obs._judge_run(text, text, text[]) is
'Judges the built-in conditions of one run, in the transaction that changed it.';
