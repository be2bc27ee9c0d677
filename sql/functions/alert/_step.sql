-- obs._step: one step of the alert machine: a state and what was seen give the next state and the moves on the way
-- Called by: _observe, backtest: the one machine for live alerts, drills and replays
-- Reads/Writes: nothing: all it goes by is handed in
-- Raises: nothing
-- p_seen NULL: only time has passed. Timers that ran out before p_at move first, at the moment they ran out, so that a replay
-- of the same observations makes the same moves whenever the machine was called in between. Resolving needs evidence: while
-- there are no data, or the rule is broken, a firing alert stays. From its second firing within flap_window_s on an alert is
-- flapping: it recovers only after that time without a breach.
create or replace function obs._step(
    p_state obs.alert_states, p_seen obs.alert_observations, p_at timestamptz, p_params jsonb,
    out p_next obs.alert_states, out p_moves obs.alert_transitions[]
)
language plpgsql immutable set search_path = pg_catalog, pg_temp
as $$
declare
    v_for constant interval := make_interval(secs => (p_params ->> 'for_s')::float8);
    v_keep constant interval := make_interval(secs => (p_params ->> 'keep_firing_s')::float8);
    v_window constant interval := make_interval(secs => (p_params ->> 'flap_window_s')::float8);
    v_hold interval;
    v_is_new_run boolean;
begin
    p_next := p_state;
    p_moves := '{}';
    -- A rule that changed closes what its older version opened.
    if p_seen.rule_version <> p_next.rule_version then
        if p_next.state in ('pending', 'firing', 'recovering') then
            p_moves := p_moves || obs._move(p_next, case p_next.state when 'pending' then 'inactive' else 'resolved' end, p_at, 'rule changed');
        end if;
        p_next.state := 'inactive';
        p_next.rule_version := p_seen.rule_version;
        p_next.firings := '{}';
        p_next.is_flapping := false;
        p_next.due_at := null;
        p_next.pending_since := null;
        p_next.recovering_since := null;
        p_next.milder_since := null;
    end if;
    -- Timers
    if p_next.due_at < p_at or (p_next.due_at = p_at and p_seen.verdict is null) then
        if p_next.state = 'pending' then
            p_next := obs._fire(p_next, p_next.due_at, v_window);
            p_moves := p_moves || obs._move(p_state, 'firing', p_state.due_at, 'breached for long enough');
        elsif p_next.state = 'recovering' then
            p_moves := p_moves || obs._move(p_next, 'resolved', p_next.due_at, 'stayed clean');
            p_next.state := 'inactive';
            p_next.is_flapping := false;
        elsif p_next.state = 'firing' then
            p_next.severity := p_next.observed_severity;
            p_moves := p_moves || obs._move(p_next, 'firing', p_next.due_at, 'milder');
        end if;
        p_next.due_at := null;
        p_next.pending_since := null;
        p_next.recovering_since := null;
        p_next.milder_since := null;
    end if;
    if p_seen.verdict is null then
        return;
    end if;
    -- What was seen
    v_is_new_run := p_seen.run_id is distinct from p_next.run_id;
    p_next.observed_at := p_at;
    p_next.verdict := p_seen.verdict;
    p_next.run_id := p_seen.run_id;
    p_next.run_started_at := coalesce(p_seen.run_started_at, p_next.run_started_at);
    if p_seen.verdict in ('ok', 'breach') then
        p_next.value := p_seen.value;
        p_next.threshold := p_seen.threshold;
        p_next.observed_severity := p_seen.severity;
        if p_next.state not in ('firing', 'recovering') then
            p_next.severity := p_seen.severity;
        end if;
    end if;
    v_hold := case when p_next.is_flapping then greatest(v_keep, v_window) else v_keep end;
    case p_seen.verdict
    when 'breach' then
        case
        when p_next.state in ('inactive', 'no_data', 'error') and v_for > interval '0' then
            p_moves := p_moves || obs._move(p_next, 'pending', p_at, 'breach');
            p_next.state := 'pending';
            p_next.pending_since := p_at;
            p_next.due_at := p_at + v_for;
        when p_next.state in ('inactive', 'no_data', 'error') then
            p_moves := p_moves || obs._move(p_next, 'firing', p_at, 'breach');
            p_next := obs._fire(p_next, p_at, v_window);
        when p_next.state = 'pending' and p_next.due_at <= p_at then
            p_moves := p_moves || obs._move(p_next, 'firing', p_at, 'breached for long enough');
            p_next := obs._fire(p_next, p_at, v_window);
            p_next.pending_since := null;
            p_next.due_at := null;
        when p_next.state = 'recovering' then
            p_next.recovering_since := null;
            p_next.due_at := null;
            p_next.severity := p_seen.severity;
            p_moves := p_moves || obs._move(p_next, 'firing', p_at, 'breached again');
            p_next.state := 'firing';
        when p_next.state = 'firing' and obs._severity_rank(p_seen.severity) > obs._severity_rank(p_next.severity) then
            p_next.severity := p_seen.severity;
            p_next.milder_since := null;
            p_next.due_at := null;
            p_moves := p_moves || obs._move(p_next, 'firing', p_at, 'escalated');
        when p_next.state = 'firing' and obs._severity_rank(p_seen.severity) < obs._severity_rank(p_next.severity) then
            if v_keep > interval '0' then
                p_next.milder_since := coalesce(p_next.milder_since, p_at);
                p_next.due_at := p_next.milder_since + v_keep;
            else
                p_next.severity := p_seen.severity;
                p_moves := p_moves || obs._move(p_next, 'firing', p_at, 'milder');
            end if;
        when p_next.state = 'firing' then
            p_next.milder_since := null;
            p_next.due_at := null;
            if v_is_new_run then
                p_moves := p_moves || obs._move(p_next, 'firing', p_at, 'breached in the next run too');
            end if;
        else null;
        end case;
    when 'ok' then
        case
        when p_next.state in ('no_data', 'error', 'pending') then
            p_moves := p_moves || obs._move(p_next, 'inactive', p_at, case p_next.state
                when 'pending' then 'clean before it fired' else 'clean' end);
            p_next.state := 'inactive';
            p_next.pending_since := null;
            p_next.due_at := null;
        when p_next.state = 'firing' and v_hold > interval '0' then
            p_moves := p_moves || obs._move(p_next, 'recovering', p_at, 'clean');
            p_next.state := 'recovering';
            p_next.recovering_since := p_at;
            p_next.milder_since := null;
            p_next.due_at := p_at + v_hold;
        when p_next.state = 'firing' then
            p_moves := p_moves || obs._move(p_next, 'resolved', p_at, 'clean');
            p_next.state := 'inactive';
            p_next.milder_since := null;
            p_next.due_at := null;
        else null;
        end case;
    else
        if p_next.state not in ('firing', 'recovering') and p_next.state <> p_seen.verdict then
            p_moves := p_moves || obs._move(p_next, p_seen.verdict, p_at, case p_seen.verdict
                when 'error' then 'the condition failed' else 'no data' end);
            p_next.state := p_seen.verdict;
            p_next.pending_since := null;
            p_next.due_at := null;
        end if;
    end case;
end
$$;
comment on function obs._step(obs.alert_states, obs.alert_observations, timestamptz, jsonb) is
'One step of the alert machine: a state and what was seen give the next state and the moves on the way.';
