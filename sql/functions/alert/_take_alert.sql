-- obs._take_alert: locks an alert for writing unless another session holds it; true also where there is none
-- Called by: _observe, _run_timers; both hold the state's row
-- Reads/Writes: alerts (row lock)
-- Raises: nothing
create or replace function obs._take_alert(p_tenant_id text, p_alert_id bigint) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
    perform from obs.alerts a where a.tenant_id = p_tenant_id and a.alert_id = p_alert_id for no key update skip locked;
    return found or not exists (select from obs.alerts a where a.tenant_id = p_tenant_id and a.alert_id = p_alert_id);
end
$$;
comment on function obs._take_alert(text, bigint) is
'Locks an alert for writing; false when another session, perhaps somebody''s open acknowledgement, holds it.';
