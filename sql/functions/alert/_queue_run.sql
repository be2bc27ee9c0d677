-- obs._queue_run: has a run judged by the next evaluation
-- Called by: _judge_run, _close_changed, _follow_up, _fold_waiting, tick
-- Reads/Writes: runs_to_judge
-- Raises: nothing
create or replace function obs._queue_run(p_tenant_id text, p_run_id text) returns void
language sql volatile
begin atomic
    insert into obs.runs_to_judge (tenant_id, run_id) values (p_tenant_id, p_run_id) on conflict do nothing;
end;
comment on function obs._queue_run(text, text) is 'Has a run judged by the next evaluation.';
