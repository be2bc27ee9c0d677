-- obs._open_state: makes the memory of a subject that is judged for the first time; NULL when another session is making it
-- Called by: _observe
-- Reads/Writes: alert_states
-- Raises: nothing
-- Even "on conflict do nothing" waits for a row that another transaction has made and not committed: hence the timeout.
create or replace function obs._open_state(p_seen obs.alert_observations) returns obs.alert_states
language plpgsql volatile set search_path = pg_catalog, pg_temp set lock_timeout = '20ms'
as $$
declare
    v_state obs.alert_states;
begin
    insert into obs.alert_states (tenant_id, alert_code, subject, is_simulation, rule_version)
    values (p_seen.tenant_id, p_seen.alert_code, p_seen.subject, p_seen.is_simulation, p_seen.rule_version)
    on conflict do nothing
    returning * into v_state;
    return case when found then v_state end;
exception when lock_not_available then
    return null;
end
$$;
comment on function obs._open_state(obs.alert_observations) is
'Makes the memory of a subject that is judged for the first time; NULL when another session is making it.';
