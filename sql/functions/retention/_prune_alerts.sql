-- obs._prune_alerts: deletes resolved alerts, their moves, their groups and what is remembered of subjects long unseen
-- Called by: _prune_history
-- Reads/Writes: alerts, alert_transitions, alert_groups, alert_states, alert_replay_starts, alert_observations (delete)
-- Raises: nothing
-- Nothing of an open alert goes, nor anything that is still to be told. A subject goes whole: its memory with its last
-- observation, so that the machine and a back-test both begin anew.
create or replace function obs._prune_alerts(p_limit int) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_before constant timestamptz := obs._history_cutoff('alert_history_days', 396);
    v_state record;
    v_count bigint;
    v_done bigint;
begin
    delete from obs.alerts a
    using (
        select x.tenant_id, x.alert_id
        from obs.alerts x
        where x.resolved_at < v_before and x.notify_at is null
          and not exists (select from obs.alert_groups g where g.group_id = x.group_id and g.closed_at is null)
        order by x.resolved_at
        limit p_limit
        for update skip locked
    ) x
    where a.tenant_id = x.tenant_id and a.alert_id = x.alert_id;
    get diagnostics v_done = row_count;
    delete from obs.alert_transitions t
    using (
        select x.tenant_id, x.transition_id
        from obs.alert_transitions x
        where x.at < v_before
          and not exists (select from obs.alerts a where a.tenant_id = x.tenant_id and a.alert_id = x.alert_id)
          and not exists (
              select from obs.alert_states s
              where s.tenant_id = x.tenant_id and s.alert_code = x.alert_code and s.subject = x.subject
                and s.is_simulation = x.is_simulation and (s.state = 'pending' or s.alert_id is not null)
          )
        order by x.at
        limit greatest(p_limit - v_done, 0)
    ) x
    where t.tenant_id = x.tenant_id and t.transition_id = x.transition_id;
    get diagnostics v_count = row_count;
    v_done := v_done + v_count;
    delete from obs.alert_groups g
    using (
        select x.tenant_id, x.group_id
        from obs.alert_groups x
        where x.closed_at < v_before and not exists (select from obs.alerts a where a.group_id = x.group_id)
        limit greatest(p_limit - v_done, 0)
    ) x
    where g.tenant_id = x.tenant_id and g.group_id = x.group_id;
    get diagnostics v_count = row_count;
    v_done := v_done + v_count;
    for v_state in
        select s.tenant_id, s.alert_code, s.subject, s.is_simulation
        from obs.alert_states s
        where s.state in ('inactive', 'no_data', 'error') and s.alert_id is null and s.due_at is null
          and s.observed_at < v_before - interval '31 days'
          and not exists (
              select from obs.alerts a
              where a.tenant_id = s.tenant_id and a.alert_code = s.alert_code and a.subject = s.subject and a.resolved_at is null
          )
          and 1 >= (
              select count(*) from obs.alert_observations o
              where o.tenant_id = s.tenant_id and o.alert_code = s.alert_code and o.subject = s.subject
                and o.is_simulation = s.is_simulation
          )
        limit greatest(p_limit - v_done, 0)
        for update skip locked
    loop
        delete from obs.alert_observations o
        where o.tenant_id = v_state.tenant_id and o.alert_code = v_state.alert_code and o.subject = v_state.subject
          and o.is_simulation = v_state.is_simulation;
        delete from obs.alert_replay_starts x
        where x.tenant_id = v_state.tenant_id and x.alert_code = v_state.alert_code and x.subject = v_state.subject
          and not v_state.is_simulation;
        delete from obs.alert_states s
        where s.tenant_id = v_state.tenant_id and s.alert_code = v_state.alert_code and s.subject = v_state.subject
          and s.is_simulation = v_state.is_simulation;
        v_done := v_done + 1;
    end loop;
    return v_done;
end
$$;
comment on function obs._prune_alerts(int) is
'Deletes resolved alerts, their moves and groups, and the memory of subjects unseen, older than alert_history_days.';
