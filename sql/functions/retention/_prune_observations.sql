-- obs._prune_observations: lets go of old observations of alerts; number of rows deleted
-- Called by: _prune_history
-- Reads/Writes: alert_observations, alert_states, alerts, and all that _forget_observations writes
-- Raises: nothing
-- Nothing of a subject with an open alert goes. Drills have no replay and go by age.
create or replace function obs._prune_observations(p_limit int) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    -- A month more than the alerts: by other numbers the machine needs a run-up before it says what it would have said.
    v_before constant timestamptz := obs._history_cutoff('alert_history_days', 396) - interval '31 days';
    v_subject record;
    v_done bigint := 0;
begin
    delete from obs.alert_observations o
    using (
        select x.tenant_id, x.observation_id
        from obs.alert_observations x
        where x.observed_at < v_before and x.is_simulation
          and not exists (
              select from obs.alerts a
              where a.tenant_id = x.tenant_id and a.alert_code = x.alert_code and a.subject = x.subject and a.is_simulation
                and a.resolved_at is null
          )
        order by x.observed_at
        limit p_limit
    ) x
    where o.tenant_id = x.tenant_id and o.observation_id = x.observation_id;
    get diagnostics v_done = row_count;
    for v_subject in
        select s.tenant_id, s.alert_code, s.subject
        from obs.alert_states s
        where not s.is_simulation and s.alert_id is null
          and exists (
              select from obs.alert_observations o
              where o.tenant_id = s.tenant_id and o.alert_code = s.alert_code and o.subject = s.subject and not o.is_simulation
                and o.observed_at < v_before
          )
          and not exists (
              select from obs.alerts a
              where a.tenant_id = s.tenant_id and a.alert_code = s.alert_code and a.subject = s.subject and a.resolved_at is null
          )
        order by s.tenant_id, s.alert_code, s.subject
    loop
        exit when v_done >= p_limit;
        v_done := v_done + obs._forget_observations(
            v_subject.tenant_id, v_subject.alert_code, v_subject.subject, v_before, (p_limit - v_done)::int
        );
    end loop;
    return v_done;
end
$$;
comment on function obs._prune_observations(int) is
'Lets go of observations older than alert_history_days and a month, never of a subject with an open alert; returns how many.';
