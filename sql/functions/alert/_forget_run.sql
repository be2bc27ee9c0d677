-- obs._forget_run: ends the alerts that a discarded run raised, and lets the tenant's newest remaining run be judged again
-- Called by: discard_run
-- Reads/Writes: alert_states, runs_to_judge and all that _observe writes
-- Raises: nothing
create or replace function obs._forget_run(p_tenant_id text, p_run_id text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_state obs.alert_states;
    v_seen obs.alert_observations;
begin
    delete from obs.runs_to_judge q where q.tenant_id = p_tenant_id and q.run_id = p_run_id;
    for v_state in
        select s.* from obs.alert_states s
        where s.tenant_id = p_tenant_id and s.run_id = p_run_id and not s.is_simulation
        order by s.alert_code, s.subject
    loop
        v_seen := null;
        v_seen.tenant_id := p_tenant_id;
        v_seen.alert_code := v_state.alert_code;
        v_seen.subject := v_state.subject;
        v_seen.is_simulation := false;
        v_seen.observed_at := obs.now();
        v_seen.run_id := p_run_id;
        v_seen.run_started_at := v_state.run_started_at;
        v_seen.verdict := 'ok';
        v_seen.severity := coalesce(v_state.severity, 'warning');
        v_seen.summary := 'the run was discarded';
        perform from obs.alerts a where a.tenant_id = p_tenant_id and a.alert_id = v_state.alert_id for no key update;
        perform obs._observe(v_seen);
    end loop;
    update obs.alert_states s
    set run_started_at = null
    where s.tenant_id = p_tenant_id and s.run_id = p_run_id and not s.is_simulation;
end
$$;
comment on function obs._forget_run(text, text) is
'Ends the alerts that a discarded run raised, and lets the tenant''s newest remaining run be judged again.';
