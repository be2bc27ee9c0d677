-- obs._runbook_of: the code of an alert's runbook
-- Called by: runbook_steps, _change_tick
-- Reads/Writes: alert_rules
-- Raises: nothing
create or replace function obs._runbook_of(p_alert_code text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    return coalesce((select r.runbook_code from obs.alert_rules r where r.alert_code = p_alert_code), p_alert_code);
end
$$;
comment on function obs._runbook_of(text) is 'The code of an alert''s runbook.';
