-- obs._fire: a state that has just begun to fire; from the second firing within the window on it is flapping
-- Called by: _step
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._fire(p_state obs.alert_states, p_at timestamptz, p_window interval) returns obs.alert_states
language plpgsql immutable set search_path = pg_catalog, pg_temp
as $$
declare
    v_state obs.alert_states := p_state;
begin
    v_state.state := 'firing';
    v_state.firings := array(
        select f.fired_at
        from unnest(p_state.firings) as f (fired_at)
        where f.fired_at > p_at - p_window
        order by f.fired_at desc
        limit 9
    ) || p_at;
    v_state.is_flapping := cardinality(v_state.firings) >= 2;
    return v_state;
end
$$;
comment on function obs._fire(obs.alert_states, timestamptz, interval) is 'A state that has just begun to fire.';
