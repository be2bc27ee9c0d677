-- obs._take_alert: locks the open alert of a state, if it has one; false when another session has it
-- Called by: _observe, _run_timers
-- Reads/Writes: alerts (row lock)
-- Raises: nothing
-- Whoever may read an alert may acknowledge or diagnose it, in a transaction as long as they like: no finish and no tick waits.
create or replace function obs._take_alert(p_state obs.alert_states) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
    if p_state.alert_id is null then
        return true;
    end if;
    perform from obs.alerts a where a.tenant_id = p_state.tenant_id and a.alert_id = p_state.alert_id for no key update skip locked;
    return found;
end
$$;
comment on function obs._take_alert(obs.alert_states) is
'Locks the open alert of a state, if it has one; false when another session has it.';
