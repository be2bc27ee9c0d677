-- obs._alert_for: an alert that the caller may read
-- Called by: diagnose, run_check, checks_of, keep_evidence
-- Reads/Writes: alerts
-- Raises: OB010 unknown alert
-- Somebody else's alert gets the very answer of one that does not exist. Forwarders carry every tenant's messages.
create or replace function obs._alert_for(p_alert_id bigint) returns obs.alerts
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_allowed text[] := case when not pg_has_role(obs._asker(), 'obs_forwarder', 'usage') then obs._readable_tenants() end;
    v_alert obs.alerts;
begin
    -- An id alone is found by the groups of keys: the caller's tenants first.
    select a.* into v_alert
    from obs.alerts a
    where a.alert_id = p_alert_id
      and a.tenant_id = any(coalesce(v_allowed, array(select t.tenant_id from obs.tenants t) || ''::text));
    if not found then
        raise exception 'alert % is not known among your tenants', coalesce(p_alert_id::text, 'NULL')
            using errcode = 'OB010', hint = 'Look it up: select alert_id, alert_code, summary from obs.alerts;';
    end if;
    return v_alert;
end
$$;
comment on function obs._alert_for(bigint) is 'An alert that the caller may read; OB010 for any other.';
