-- obs._step: one step of the alert machine: a state and what was seen give the next state and the moves on the way
-- Called by: _observe, _run_timers, _end_drill, _replay: the one machine for live alerts, drills and replays
-- Reads/Writes: nothing: all it goes by is handed in
-- Raises: nothing
-- p_seen NULL: only time has passed. Timers that have run out by p_at move first, at the moment they ran out and before all
-- else, so that a replay of the same observations makes the same moves whenever the machine was called in between; for that
-- p_at must never be before p_state.observed_at. Resolving needs evidence: while there are no data, or the rule is broken, a
-- firing alert stays. From its second firing within flap_window_s on an alert is flapping: it recovers only after that time
-- without a breach.
create or replace function obs._step(
    p_state obs.alert_states, p_seen obs.alert_observations, p_at timestamptz, p_params jsonb
) returns obs.alert_step
language plpgsql immutable set search_path = pg_catalog, pg_temp
as $$
declare
    v_for constant interval := make_interval(secs => (p_params ->> 'for_s')::float8);
    v_keep constant interval := make_interval(secs => (p_params ->> 'keep_firing_s')::float8);
    v_window constant interval := make_interval(secs => (p_params ->> 'flap_window_s')::float8);
    v_hold interval;
    v_is_new_run boolean;
    v_next obs.alert_states := p_state;
    v_moves obs.alert_transitions[] := array[]::obs.alert_transitions[];
begin
    -- Timers
    if v_next.due_at <= p_at then
        if v_next.state = 'pending' then
            v_next := obs._fire(v_next, v_next.due_at, v_window);
            v_moves := v_moves || obs._move(p_state, 'firing', p_state.due_at, 'breached for long enough');
        elsif v_next.state = 'recovering' then
            v_moves := v_moves || obs._move(v_next, 'resolved', v_next.due_at, 'stayed clean');
            v_next.state := 'inactive';
            v_next.is_flapping := false;
        elsif v_next.state = 'firing' then
            v_next.severity := v_next.observed_severity;
            v_moves := v_moves || obs._move(v_next, 'firing', v_next.due_at, 'milder');
        end if;
        v_next.observed_at := v_next.due_at;
        v_next.due_at := null;
        v_next.pending_since := null;
        v_next.recovering_since := null;
        v_next.milder_since := null;
    end if;
    -- A rule that changed closes what its older version opened.
    if p_seen.rule_version <> v_next.rule_version then
        if v_next.state in ('pending', 'firing', 'recovering') then
            v_moves := v_moves || obs._move(v_next, case v_next.state when 'pending' then 'inactive' else 'resolved' end, p_at, 'rule changed');
        end if;
        v_next.state := 'inactive';
        v_next.rule_version := p_seen.rule_version;
        v_next.firings := '{}';
        v_next.is_flapping := false;
        v_next.due_at := null;
        v_next.pending_since := null;
        v_next.recovering_since := null;
        v_next.milder_since := null;
    end if;
    if p_seen.verdict is null then
        return row(v_next, v_moves)::obs.alert_step;
    end if;
    -- What was seen
    v_is_new_run := p_seen.run_id is distinct from v_next.run_id;
    v_next.observed_at := p_at;
    v_next.verdict := p_seen.verdict;
    v_next.run_id := p_seen.run_id;
    v_next.run_started_at := coalesce(p_seen.run_started_at, v_next.run_started_at);
    if p_seen.verdict in ('ok', 'breach') then
        v_next.value := p_seen.value;
        v_next.threshold := p_seen.threshold;
        v_next.observed_severity := p_seen.severity;
        if v_next.state not in ('firing', 'recovering') then
            v_next.severity := p_seen.severity;
        end if;
    end if;
    v_hold := case when v_next.is_flapping then greatest(v_keep, v_window) else v_keep end;
    case p_seen.verdict
    when 'breach' then
        case
        when v_next.state in ('inactive', 'no_data', 'error') and v_for > interval '0' then
            v_moves := v_moves || obs._move(v_next, 'pending', p_at, 'breach');
            v_next.state := 'pending';
            v_next.pending_since := p_at;
            v_next.due_at := p_at + v_for;
        when v_next.state in ('inactive', 'no_data', 'error') then
            v_moves := v_moves || obs._move(v_next, 'firing', p_at, 'breach');
            v_next := obs._fire(v_next, p_at, v_window);
        when v_next.state = 'recovering' then
            v_next.recovering_since := null;
            v_next.due_at := null;
            v_next.severity := p_seen.severity;
            v_moves := v_moves || obs._move(v_next, 'firing', p_at, 'breached again');
            v_next.state := 'firing';
        when v_next.state = 'firing' and obs._severity_rank(p_seen.severity) > obs._severity_rank(v_next.severity) then
            v_next.severity := p_seen.severity;
            v_next.milder_since := null;
            v_next.due_at := null;
            v_moves := v_moves || obs._move(v_next, 'firing', p_at, 'escalated');
        when v_next.state = 'firing' and obs._severity_rank(p_seen.severity) < obs._severity_rank(v_next.severity) then
            if v_keep > interval '0' then
                v_next.milder_since := coalesce(v_next.milder_since, p_at);
                v_next.due_at := v_next.milder_since + v_keep;
            else
                v_next.severity := p_seen.severity;
                v_moves := v_moves || obs._move(v_next, 'firing', p_at, 'milder');
            end if;
        when v_next.state = 'firing' then
            v_next.milder_since := null;
            v_next.due_at := null;
            if v_is_new_run then
                v_moves := v_moves || obs._move(v_next, 'firing', p_at, 'breached in the next run too');
            end if;
        else null;
        end case;
    when 'ok' then
        case
        when v_next.state in ('no_data', 'error', 'pending') then
            v_moves := v_moves || obs._move(v_next, 'inactive', p_at, case v_next.state
                when 'pending' then 'clean before it fired' else 'clean' end);
            v_next.state := 'inactive';
            v_next.pending_since := null;
            v_next.due_at := null;
        when v_next.state = 'firing' and v_hold > interval '0' then
            v_moves := v_moves || obs._move(v_next, 'recovering', p_at, 'clean');
            v_next.state := 'recovering';
            v_next.recovering_since := p_at;
            v_next.milder_since := null;
            v_next.due_at := p_at + v_hold;
        when v_next.state = 'firing' then
            v_moves := v_moves || obs._move(v_next, 'resolved', p_at, 'clean');
            v_next.state := 'inactive';
            v_next.milder_since := null;
            v_next.due_at := null;
        else null;
        end case;
    else
        if v_next.state not in ('firing', 'recovering') and v_next.state <> p_seen.verdict then
            v_moves := v_moves || obs._move(v_next, p_seen.verdict, p_at, case p_seen.verdict
                when 'error' then 'the condition failed' else 'no data' end);
            v_next.state := p_seen.verdict;
            v_next.pending_since := null;
            v_next.due_at := null;
        end if;
    end case;
    return row(v_next, v_moves)::obs.alert_step;
end
$$;
comment on function obs._step(obs.alert_states, obs.alert_observations, timestamptz, jsonb) is
'One step of the alert machine: a state and what was seen give the next state and the moves on the way.';
