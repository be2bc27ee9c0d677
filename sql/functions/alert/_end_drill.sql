-- obs._end_drill: ends the alert of a drill, whatever its rule keeps firing for
-- Called by: simulate
-- Reads/Writes: alert_states and all that _observe and _record_moves write
-- Raises: nothing
create or replace function obs._end_drill(p_seen obs.alert_observations) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_seen obs.alert_observations := p_seen;
    v_state obs.alert_states;
    v_step obs.alert_step;
begin
    v_seen.verdict := 'ok';
    v_seen.value := null;
    v_seen.summary := 'the drill is over';
    v_seen.observed_at := obs.now();
    perform obs._observe(v_seen);
    select s.* into v_state
    from obs.alert_states s
    where s.tenant_id = p_seen.tenant_id and s.alert_code = p_seen.alert_code and s.subject = p_seen.subject and s.is_simulation;
    if v_state.due_at is not null then
        v_state.due_at := v_seen.observed_at;
        v_step := obs._step(v_state, null, v_seen.observed_at, obs._alert_params(p_seen.alert_code, p_seen.tenant_id));
        perform obs._record_moves(v_step.state, v_step.moves, null);
    end if;
    -- The next drill begins afresh: its firings are no flapping, and it may be held back from before this end on.
    update obs.alert_states s
    set firings = '{}', is_flapping = false, observed_at = null
    where s.tenant_id = p_seen.tenant_id and s.alert_code = p_seen.alert_code and s.subject = p_seen.subject and s.is_simulation;
end
$$;
comment on function obs._end_drill(obs.alert_observations) is 'Ends the alert of a drill, whatever its rule keeps firing for.';
