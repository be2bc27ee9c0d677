-- obs.registered_conditions: the conditions that users registered, and the relation behind each
-- Called by: forwarders
-- Reads/Writes: alert_rules
-- Raises: nothing
-- A relation that is gone is left out of nothing: its text comes back, and reading it fails with the SQLSTATE to report.
create or replace function obs.registered_conditions() returns table (alert_code text, relation text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
    return query select r.alert_code, r.condition from obs.alert_rules r where r.is_user_defined order by r.alert_code;
end
$$;
comment on function obs.registered_conditions() is
'The conditions that users registered: code and the quoted name of the relation behind each.';
