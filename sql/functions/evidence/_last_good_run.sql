-- obs._last_good_run: the latest run before an alert's in which its rule was not in breach; NULL when none is known
-- Called by: the checks, _message, pages
-- Reads/Writes: alert_observations
-- Raises: nothing
create or replace function obs._last_good_run(p_alert obs.alerts) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    return (
        select o.run_id
        from obs.alert_observations o
        where o.tenant_id = p_alert.tenant_id and o.alert_code = p_alert.alert_code and o.subject = p_alert.subject
          and o.verdict = 'ok' and not o.is_simulation and o.run_id is not null and o.run_id is distinct from p_alert.run_id
          and o.observed_at <= p_alert.fired_at
        order by o.observation_id desc
        limit 1
    );
end
$$;
comment on function obs._last_good_run(obs.alerts) is
'The latest run before an alert''s in which its rule was not in breach; NULL when none is known.';
