-- obs._check_canaries_missed: which rules of redaction let the canaries of a run through
-- Called by: run_check
-- Reads/Writes: privacy_canaries
-- Raises: nothing
create or replace function obs._check_canaries_missed(p_alert obs.alerts) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_canaries obs.privacy_canaries;
begin
    select c.* into v_canaries from obs.privacy_canaries c where c.tenant_id = p_alert.tenant_id and c.run_id = p_alert.run_id;
    if v_canaries.run_id is null then
        return obs._finding('unknown', 'no canaries were planted for this run');
    elsif v_canaries.error_sqlstate is not null then
        return obs._finding('cause', 'the probe failed with SQLSTATE ' || v_canaries.error_sqlstate, 'install obs again');
    elsif v_canaries.missed = '{}' then
        return obs._finding('clear', format('all %s canaries were caught', v_canaries.planted));
    end if;
    return obs._finding(
        'cause', 'these would have been stored raw: ' || left(array_to_string(v_canaries.missed, ', '), 300),
        'install obs again: a rule of redaction is off', null,
        jsonb_build_object('planted', v_canaries.planted, 'caught', v_canaries.caught)
    );
end
$$;
comment on function obs._check_canaries_missed(obs.alerts) is 'Which rules of redaction let the canaries of a run through.';
