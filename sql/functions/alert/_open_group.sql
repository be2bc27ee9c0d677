-- obs._open_group: the open group that an alert is told with
-- Called by: flush_notifications
-- Reads/Writes: alert_groups
-- Raises: nothing
create or replace function obs._open_group(p_alert obs.alerts, p_across boolean, p_at timestamptz) returns obs.alert_groups
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenant constant text := case when p_across then '' else p_alert.tenant_id end;
    v_group obs.alert_groups;
begin
    select g.* into v_group
    from obs.alert_groups g
    where g.tenant_id = v_tenant and g.alert_code = p_alert.alert_code and g.subject = p_alert.subject
      and g.is_simulation = p_alert.is_simulation and g.closed_at is null;
    if not found then
        insert into obs.alert_groups (tenant_id, alert_code, subject, is_simulation, opened_at)
        values (v_tenant, p_alert.alert_code, p_alert.subject, p_alert.is_simulation, p_at)
        returning * into v_group;
    end if;
    return v_group;
end
$$;
comment on function obs._open_group(obs.alerts, boolean, timestamptz) is 'The open group that an alert is told with.';
