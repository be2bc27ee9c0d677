-- obs._replay_start: what the machine knew of a subject before the first of its observations that are kept
-- Called by: _replay, _forget_observations
-- Reads/Writes: alert_replay_starts
-- Raises: nothing
create or replace function obs._replay_start(p_first obs.alert_observations) returns obs.alert_states
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    return jsonb_populate_record(null::obs.alert_states, coalesce(
        (
            select x.state
            from obs.alert_replay_starts x
            where x.tenant_id = p_first.tenant_id and x.alert_code = p_first.alert_code and x.subject = p_first.subject
        ),
        jsonb_build_object(
            'tenant_id', p_first.tenant_id, 'alert_code', p_first.alert_code, 'subject', p_first.subject, 'is_simulation', false,
            'state', 'inactive', 'rule_version', p_first.rule_version, 'firings', '{}', 'is_flapping', false
        )
    ));
end
$$;
comment on function obs._replay_start(obs.alert_observations) is
'What the machine knew of a subject before the first of its observations that are kept.';
