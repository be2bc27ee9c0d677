-- obs._rule_failed: records that a rule's condition failed, or (NULL) works again
-- Called by: evaluate_alerts, report_condition
-- Reads/Writes: alert_rules, alert_states; its instances get the verdict error
-- Raises: nothing
-- A firing alert of a broken rule keeps firing: nobody has shown that it is over. A rule that somebody is changing is left to
-- the next evaluation.
create or replace function obs._rule_failed(p_alert_code text, p_sqlstate text, p_at timestamptz) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_state obs.alert_states;
    v_seen obs.alert_observations;
begin
    update obs.alert_rules r
    set error_sqlstate = p_sqlstate, error_at = case when p_sqlstate is not null then p_at end
    where r.alert_code = (
        select f.alert_code
        from obs.alert_rules f
        where f.alert_code = p_alert_code and f.error_sqlstate is distinct from p_sqlstate
        for no key update skip locked
    );
    if p_sqlstate is null or not found then
        return;
    end if;
    for v_state in
        select s.* from obs.alert_states s where s.alert_code = p_alert_code and not s.is_simulation order by s.tenant_id, s.subject
    loop
        v_seen := null;
        v_seen.tenant_id := v_state.tenant_id;
        v_seen.alert_code := p_alert_code;
        v_seen.subject := v_state.subject;
        v_seen.is_simulation := false;
        v_seen.observed_at := p_at;
        v_seen.run_id := v_state.run_id;
        v_seen.run_started_at := v_state.run_started_at;
        v_seen.verdict := 'error';
        v_seen.severity := coalesce(v_state.severity, 'warning');
        v_seen.details := jsonb_build_object('sqlstate', p_sqlstate);
        perform obs._observe(v_seen);
    end loop;
end
$$;
comment on function obs._rule_failed(text, text, timestamptz) is
'Records that a rule''s condition failed, or (NULL) works again.';
