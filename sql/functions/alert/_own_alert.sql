-- obs._own_alert: an alert among the caller's tenants
-- Called by: ack, diagnose, checks_of, run_check, keep_evidence, route_preview, _change_tick, next_steps, runbook_steps
-- Reads/Writes: alerts, tenants
-- Raises: OB010: an alert of somebody else's gets the very answer of one that does not exist
-- Forwarders carry every tenant's messages.
create or replace function obs._own_alert(p_alert_id bigint) returns obs.alerts
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenants constant text[] := case
        when not pg_has_role(obs._asker(), 'obs_forwarder', 'usage') then obs._readable_tenants()
    end;
    v_alert obs.alerts;
begin
    -- Its key begins with the tenant: theirs, or everybody's and obs's own.
    select a.* into v_alert
    from obs.alerts a
    where a.alert_id = p_alert_id
      and a.tenant_id = any(coalesce(v_tenants, array(select t.tenant_id from obs.tenants t) || ''::text));
    if not found then
        raise exception 'alert % is not known among your tenants', coalesce(p_alert_id::text, 'NULL')
            using errcode = 'OB010', hint = 'select alert_id, alert_code, tenant_id from obs.alert_active;';
    end if;
    return v_alert;
end
$$;
comment on function obs._own_alert(bigint) is 'An alert among the caller''s tenants.';
