-- obs._run_timers: lets the states whose time has come move: pending ones fire, recovering ones resolve
-- Called by: evaluate_alerts, simulate
-- Reads/Writes: alert_states (row locks), alert_observations and all that _record_moves writes
-- Raises: nothing
-- What another session holds moves at the next evaluation, at the moment its time had come.
create or replace function obs._run_timers(p_at timestamptz) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_state obs.alert_states;
    v_step obs.alert_step;
    v_seen obs.alert_observations;
    v_moved int := 0;
begin
    for v_state in
        select s.*
        from obs.alert_states s
        where s.due_at <= p_at
        order by s.alert_code, s.tenant_id, s.subject
        for no key update skip locked
    loop
        continue when not obs._take_alert(v_state.tenant_id, v_state.alert_id);
        v_step := obs._step(v_state, null, p_at, obs._alert_params(v_state.alert_code, v_state.tenant_id));
        select o.* into v_seen
        from obs.alert_observations o
        where o.tenant_id = v_state.tenant_id and o.alert_code = v_state.alert_code and o.subject = v_state.subject
          and o.is_simulation = v_state.is_simulation
        order by o.observation_id desc
        limit 1;
        perform obs._record_moves(v_step.state, v_step.moves, v_seen);
        v_moved := v_moved + 1;
    end loop;
    return v_moved;
end
$$;
comment on function obs._run_timers(timestamptz) is
'Lets the states whose time has come move: pending ones fire, recovering ones resolve.';
