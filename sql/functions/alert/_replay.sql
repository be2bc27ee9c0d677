-- obs._replay: the moves that the machine makes of a rule's stored observations
-- Called by: backtest, backtest_sweep
-- Reads/Writes: alert_observations, alert_replay_starts, alert_rules, alert_thresholds
-- Raises: nothing
-- Each subject from its first observation that is kept, and what the machine knew before it, in the order the live machine
-- took them in; transition_id counts the moves.
-- p_params '{}': verdicts, versions and times as they were, so the moves are those of the live machine. Otherwise the rule's
-- present numbers with p_params among them hold all the time: ok and breach with a value are judged again, a user's condition
-- only by a threshold in p_params, and no edit closes anything.
create or replace function obs._replay(p_alert_code text, p_until timestamptz, p_params jsonb, p_tenants text[])
returns setof obs.alert_transitions
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_as_it_was constant boolean := p_params = '{}';
    v_judges constant boolean := not v_as_it_was and coalesce(
        p_params ? 'threshold' or not (select r.is_user_defined from obs.alert_rules r where r.alert_code = p_alert_code), false
    );
    v_seen obs.alert_observations;
    v_state obs.alert_states;
    v_step obs.alert_step;
    v_move obs.alert_transitions;
    v_present jsonb;
    v_numbers jsonb;
    v_moves bigint := 0;
    v_ended boolean := false;
begin
    for v_seen in
        select o.*
        from obs.alert_observations o
        where o.alert_code = p_alert_code and not o.is_simulation and o.observed_at <= p_until
          and (p_tenants is null or o.tenant_id = any(p_tenants))
        union all
        -- The end of the last subject
        select (null::obs.alert_observations).*
        order by tenant_id nulls last, subject, observation_id
    loop
        if (v_seen.tenant_id, v_seen.subject) is distinct from (v_state.tenant_id, v_state.subject) then
            if v_state.due_at <= p_until then
                v_step := obs._step(v_state, null, p_until, v_numbers);
                foreach v_move in array v_step.moves loop
                    v_moves := v_moves + 1;
                    v_move.transition_id := v_moves;
                    return next v_move;
                end loop;
            end if;
            v_ended := v_seen.tenant_id is null;
            exit when v_ended;
            if v_seen.tenant_id is distinct from v_state.tenant_id then
                v_present := obs._alert_params(p_alert_code, v_seen.tenant_id) || p_params;
            end if;
            v_state := obs._replay_start(v_seen);
        end if;
        v_numbers := v_present;
        if v_as_it_was then
            v_numbers := v_present || coalesce(v_seen.timing, '{}');
        elsif v_seen.details ? 'rule_changed' then
            continue;
        else
            v_seen.rule_version := v_state.rule_version;
            if v_seen.verdict in ('ok', 'breach') and (v_present ->> 'enabled')::numeric = 0 then
                v_seen.verdict := 'ok';
            elsif v_judges and v_seen.verdict in ('ok', 'breach') and v_seen.value is not null then
                select j.verdict, j.severity, j.threshold into v_seen.verdict, v_seen.severity, v_seen.threshold
                from obs._verdict(v_present, v_seen.value, v_seen.sample) j;
            end if;
        end if;
        v_step := obs._step(v_state, v_seen, v_seen.observed_at, v_numbers);
        v_state := v_step.state;
        foreach v_move in array v_step.moves loop
            v_moves := v_moves + 1;
            v_move.transition_id := v_moves;
            return next v_move;
        end loop;
    end loop;
end
$$;
comment on function obs._replay(text, timestamptz, jsonb, text[]) is
'The moves that the machine makes of a rule''s stored observations, as it did live or by other numbers.';
