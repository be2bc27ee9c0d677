-- obs._close_changed: closes what the older version of a rule opened, in the transaction that changed the rule
-- Called by: set_threshold, register_condition
-- Reads/Writes: alert_states, runs_to_judge and all that _observe writes
-- Raises: nothing
-- Until the next evaluation the subjects have no data; then the new numbers judge them.
create or replace function obs._close_changed(p_alert_code text, p_tenant_id text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_state obs.alert_states;
    v_seen obs.alert_observations;
begin
    for v_state in
        select s.*
        from obs.alert_states s
        where s.alert_code = p_alert_code and (p_tenant_id is null or s.tenant_id = p_tenant_id)
          and s.state in ('pending', 'firing', 'recovering')
        order by s.tenant_id, s.subject
    loop
        v_seen := null;
        v_seen.tenant_id := v_state.tenant_id;
        v_seen.alert_code := p_alert_code;
        v_seen.subject := v_state.subject;
        v_seen.is_simulation := v_state.is_simulation;
        v_seen.observed_at := obs.now();
        v_seen.run_id := v_state.run_id;
        v_seen.run_started_at := v_state.run_started_at;
        v_seen.verdict := 'no_data';
        v_seen.severity := coalesce(v_state.severity, 'warning');
        v_seen.summary := 'the rule changed';
        v_seen.details := jsonb_build_object('rule_changed', true);
        perform obs._observe(v_seen);
        -- An alert of one run alone: no later run would have it judged again.
        if v_state.subject = v_state.run_id and not v_state.is_simulation then
            perform obs._queue_run(v_state.tenant_id, v_state.run_id);
        end if;
    end loop;
end
$$;
comment on function obs._close_changed(text, text) is
'Closes what the older version of a rule opened, in the transaction that changed the rule.';
