-- obs.checks_of: the checks of an alert's runbook, each as a statement of its own
-- Called by: forwarders, obs diagnose
-- Reads/Writes: alerts, alert_rules, runbook_checks
-- Raises: OB010 unknown alert
create or replace function obs.checks_of(p_alert_id bigint) returns table (check_name text, statement text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_alert obs.alerts := obs._own_alert(p_alert_id);
begin
    return query
    select c.check_name, format('select obs.run_check(%s, %L)', v_alert.alert_id, c.check_name)
    from obs.runbook_checks c
    where c.runbook_code = coalesce(
        (select r.runbook_code from obs.alert_rules r where r.alert_code = v_alert.alert_code), v_alert.alert_code
    )
    order by c.place, c.check_name;
end
$$;
comment on function obs.checks_of(bigint) is
'The checks of an alert''s runbook, in order, each with the statement that runs it: one call, at most 500 ms.';
