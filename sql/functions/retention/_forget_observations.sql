-- obs._forget_observations: lets go of a subject's oldest observations and remembers where the machine stood after them
-- Called by: _prune_observations
-- Reads/Writes: alert_states (row lock), alert_observations (delete), alert_replay_starts, alert_rules, alert_thresholds
-- Raises: nothing
-- The machine steps through what goes by the numbers of that time, as _replay does, so a back-test of what is kept makes the
-- very moves that it made before. The newest observation of a subject stays for _run_timers and for an end still due.
create or replace function obs._forget_observations(
    p_tenant_id text, p_alert_code text, p_subject text, p_before timestamptz, p_limit int
) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_state obs.alert_states;
    v_seen obs.alert_observations;
    v_newest bigint;
    v_last bigint;
    v_gone bigint := 0;
begin
    perform from obs.alert_states s
    where s.tenant_id = p_tenant_id and s.alert_code = p_alert_code and s.subject = p_subject and not s.is_simulation
    for no key update skip locked;
    if not found then
        return 0;
    end if;
    select o.observation_id into v_newest
    from obs.alert_observations o
    where o.tenant_id = p_tenant_id and o.alert_code = p_alert_code and o.subject = p_subject and not o.is_simulation
    order by o.observation_id desc
    limit 1;
    for v_seen in
        select o.*
        from obs.alert_observations o
        where o.tenant_id = p_tenant_id and o.alert_code = p_alert_code and o.subject = p_subject and not o.is_simulation
          and o.observation_id < v_newest
        order by o.observation_id
        limit p_limit
    loop
        exit when v_seen.observed_at >= p_before;
        if v_gone = 0 then
            v_state := obs._replay_start(v_seen);
        end if;
        v_state := (obs._step(
            v_state, v_seen, v_seen.observed_at,
            obs._alert_params(p_alert_code, p_tenant_id) || coalesce(v_seen.timing, '{}')
        )).state;
        v_last := v_seen.observation_id;
        v_gone := v_gone + 1;
    end loop;
    if v_gone > 0 then
        insert into obs.alert_replay_starts as x (tenant_id, alert_code, subject, state, observed_at)
        values (p_tenant_id, p_alert_code, p_subject, to_jsonb(v_state), v_state.observed_at)
        on conflict (tenant_id, alert_code, subject) do update
            set state = excluded.state, observed_at = excluded.observed_at;
        delete from obs.alert_observations o
        where o.tenant_id = p_tenant_id and o.alert_code = p_alert_code and o.subject = p_subject and not o.is_simulation
          and o.observation_id <= v_last;
    end if;
    return v_gone;
end
$$;
comment on function obs._forget_observations(text, text, text, timestamptz, int) is
'Lets go of a subject''s oldest observations and remembers where the machine stood after them; returns how many went.';
