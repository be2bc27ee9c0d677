-- obs._record_moves: writes a state and its moves, opens and closes the incident, and says that there may be news
-- Called by: _observe, _run_timers, _end_drill; all hold the state's row
-- Reads/Writes: alert_states, alert_transitions, alerts; channel obs_alerts
-- Raises: nothing
-- The alert's notify_at is committed with the move: that is what gets told. The notification on the channel only wakes.
create or replace function obs._record_moves(
    p_state obs.alert_states, p_moves obs.alert_transitions[], p_seen obs.alert_observations
) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_state obs.alert_states := p_state;
    v_move obs.alert_transitions;
    v_breached_at timestamptz;
begin
    foreach v_move in array p_moves loop
        if v_move.to_state = 'firing' and v_move.from_state not in ('firing', 'recovering') then
            -- The stored state is still the one before these moves.
            v_breached_at := v_move.at;
            if v_move.from_state = 'pending' then
                select s.pending_since into v_breached_at
                from obs.alert_states s
                where s.tenant_id = v_move.tenant_id and s.alert_code = v_move.alert_code and s.subject = v_move.subject
                  and s.is_simulation = v_move.is_simulation;
            end if;
            insert into obs.alerts (
                tenant_id, alert_code, subject, is_simulation, severity, run_id, value, threshold, summary, details, rule_version,
                breached_at, fired_at, first_value, is_flapping, notify_at
            )
            values (
                v_move.tenant_id, v_move.alert_code, v_move.subject, v_move.is_simulation, v_move.severity, v_move.run_id,
                v_move.value, v_move.threshold, p_seen.summary, p_seen.details, v_move.rule_version,
                v_breached_at, v_move.at, v_move.value, v_state.is_flapping, v_move.at
            )
            returning alert_id into v_state.alert_id;
        elsif v_move.from_state in ('firing', 'recovering') then
            update obs.alerts a
            set state = v_move.to_state,
                severity = v_move.severity,
                resolved_at = case v_move.to_state when 'resolved' then v_move.at end,
                resolve_reason = case v_move.to_state when 'resolved' then v_move.reason end,
                -- What was found out about one run does not speak for the next.
                evidence = case v_move.reason when 'breached in the next run too' then null else a.evidence end,
                evidence_at = case v_move.reason when 'breached in the next run too' then null else a.evidence_at end,
                notify_at = case v_move.to_state when 'recovering' then a.notify_at else v_move.at end
            where a.tenant_id = v_move.tenant_id and a.alert_id = v_state.alert_id;
        end if;
        insert into obs.alert_transitions (
            tenant_id, alert_id, alert_code, subject, is_simulation, from_state, to_state, at, run_id, value, threshold, severity,
            rule_version, reason
        )
        values (
            v_move.tenant_id, v_state.alert_id, v_move.alert_code, v_move.subject, v_move.is_simulation, v_move.from_state,
            v_move.to_state, v_move.at, v_move.run_id, v_move.value, v_move.threshold, v_move.severity, v_move.rule_version,
            v_move.reason
        );
        if v_state.alert_id is not null and v_move.to_state <> 'recovering' then
            perform pg_notify('obs_alerts', v_state.alert_id::text);
        end if;
        if v_move.to_state = 'resolved' then
            v_state.alert_id := null;
        end if;
    end loop;
    -- An open alert shows what was seen last.
    if p_seen.verdict = 'breach' and v_state.alert_id is not null then
        update obs.alerts a
        set run_id = p_seen.run_id, value = p_seen.value, threshold = p_seen.threshold, details = p_seen.details,
            summary = p_seen.summary, is_flapping = v_state.is_flapping
        where a.tenant_id = v_state.tenant_id and a.alert_id = v_state.alert_id;
    end if;
    update obs.alert_states s
    set (state, alert_id, rule_version, observed_at, run_id, run_started_at, verdict, value, threshold, severity,
            observed_severity, pending_since, recovering_since, milder_since, firings, is_flapping, due_at)
        = (v_state.state, v_state.alert_id, v_state.rule_version, v_state.observed_at, v_state.run_id, v_state.run_started_at,
            v_state.verdict, v_state.value, v_state.threshold, v_state.severity, v_state.observed_severity, v_state.pending_since,
            v_state.recovering_since, v_state.milder_since, v_state.firings, v_state.is_flapping, v_state.due_at)
    where s.tenant_id = v_state.tenant_id and s.alert_code = v_state.alert_code and s.subject = v_state.subject
      and s.is_simulation = v_state.is_simulation;
end
$$;
comment on function obs._record_moves(obs.alert_states, obs.alert_transitions[], obs.alert_observations) is
'Writes a state and its moves, opens and closes the incident, and says that there may be news.';
