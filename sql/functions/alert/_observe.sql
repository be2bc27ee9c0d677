-- obs._observe: takes what a condition said about a subject: keeps it when it changed, and lets the machine step
-- Called by: _judge_rule, _close_changed, _rule_failed, _forget_run, _end_drill, report_condition, simulate
-- Reads/Writes: alert_states (row lock), alert_observations and all that _record_moves writes
-- Raises: nothing of its own
-- The observation and the numbers it was taken in by are all that the machine goes by: obs.backtest makes the same moves of
-- them. Sessions may see one subject in another order than their clocks say, so the moment is never before the machine's.
-- Never waits: a subject that another session is judging, or whose alert it holds, is left to it; false then, so that the
-- caller may queue the run.
-- A session keeps the plans it made while these tables were empty: without the setting the first evaluation of many tenants
-- reads each table from end to end for every subject.
-- What is said about a run older than the newest one seen is kept nowhere: a late import does not undo tonight's verdict.
create or replace function obs._observe(p_seen obs.alert_observations) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp set enable_seqscan = off
as $$
declare
    v_params constant jsonb := obs._alert_params(p_seen.alert_code, p_seen.tenant_id);
    v_seen obs.alert_observations := p_seen;
    v_state obs.alert_states;
    v_step obs.alert_step;
    v_changed boolean;
begin
    v_seen.rule_version := (v_params ->> 'version')::int;
    v_seen.subject := left(coalesce(v_seen.subject, ''), 128);
    -- It names vendors, stages and codes, whose numbers stay where they are ids; here it is text that goes out.
    v_seen.summary := obs._redact_text(v_seen.tenant_id, v_seen.summary);
    select s.* into v_state
    from obs.alert_states s
    where s.tenant_id = v_seen.tenant_id and s.alert_code = v_seen.alert_code and s.subject = v_seen.subject
      and s.is_simulation = v_seen.is_simulation
    for no key update skip locked;
    if not found then
        v_state := obs._open_state(v_seen);
        if v_state.tenant_id is null then
            return false;
        end if;
    end if;
    if v_seen.run_started_at < v_state.run_started_at and v_seen.run_id is distinct from v_state.run_id then
        return true;
    end if;
    v_seen.observed_at := greatest(v_seen.observed_at, v_state.observed_at);
    if (v_params ->> 'enabled')::numeric = 0 then
        v_seen.verdict := 'ok';
    end if;
    v_changed := (v_state.verdict, v_state.run_id, v_state.rule_version)
            is distinct from (v_seen.verdict, v_seen.run_id, v_seen.rule_version)
        or (v_seen.verdict in ('ok', 'breach')
            and (v_state.value, v_state.observed_severity) is distinct from (v_seen.value, v_seen.severity));
    if not v_changed and coalesce(v_state.due_at > v_seen.observed_at, true) then
        return true;
    end if;
    if v_state.alert_id is not null and not obs._take_alert(v_state.tenant_id, v_state.alert_id) then
        return false;
    end if;
    if v_changed then
        insert into obs.alert_observations (
            tenant_id, alert_code, subject, is_simulation, observed_at, run_id, run_started_at, verdict, value, sample, threshold,
            severity, summary, details, rule_version, timing
        )
        values (
            v_seen.tenant_id, v_seen.alert_code, v_seen.subject, v_seen.is_simulation, v_seen.observed_at, v_seen.run_id,
            v_seen.run_started_at, v_seen.verdict, v_seen.value, v_seen.sample, v_seen.threshold, v_seen.severity, v_seen.summary,
            v_seen.details, v_seen.rule_version, jsonb_build_object(
                'for_s', v_params -> 'for_s', 'keep_firing_s', v_params -> 'keep_firing_s', 'flap_window_s', v_params -> 'flap_window_s'
            )
        );
        v_step := obs._step(v_state, v_seen, v_seen.observed_at, v_params);
    else
        v_step := obs._step(v_state, null, v_seen.observed_at, v_params);
    end if;
    perform obs._record_moves(v_step.state, v_step.moves, v_seen);
    return true;
end
$$;
comment on function obs._observe(obs.alert_observations) is
'Takes what a condition said about a subject: keeps it when it changed, and lets the machine step.';
