-- obs._move: a move of the machine, as it is kept
-- Called by: _step
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._move(p_state obs.alert_states, p_to text, p_at timestamptz, p_reason text)
returns obs.alert_transitions
language plpgsql immutable set search_path = pg_catalog, pg_temp
as $$
declare
    v_move obs.alert_transitions;
begin
    v_move.tenant_id := p_state.tenant_id;
    v_move.alert_id := p_state.alert_id;
    v_move.alert_code := p_state.alert_code;
    v_move.subject := p_state.subject;
    v_move.is_simulation := p_state.is_simulation;
    v_move.from_state := p_state.state;
    v_move.to_state := p_to;
    v_move.at := p_at;
    v_move.run_id := p_state.run_id;
    v_move.value := p_state.value;
    v_move.threshold := p_state.threshold;
    v_move.severity := p_state.severity;
    v_move.rule_version := p_state.rule_version;
    v_move.reason := p_reason;
    return v_move;
end
$$;
comment on function obs._move(obs.alert_states, text, timestamptz, text) is 'A move of the machine, as it is kept.';
