-- obs.route_preview: where an alert would go now, and whether a forwarder serves that channel
-- Called by: ops, administrators
-- Reads/Writes: alerts, notification_routes, forwarders
-- Raises: OB010 unknown alert
create or replace function obs.route_preview(p_alert_id bigint) returns table (
    route_name text,
    tenant_id text,
    channel text,
    fallback_channel text,
    is_served boolean
)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_alert obs.alerts := obs._own_alert(p_alert_id);
begin
    return query
    select r.route_name, r.tenant_id, r.channel, r.fallback_channel, r.channel = any(obs._served_channels())
    from obs._routes_for(v_alert.tenant_id, v_alert.alert_code, v_alert.severity, obs.now()) r
    order by r.channel;
end
$$;
comment on function obs.route_preview(bigint) is
'Where an alert of this id would go at this moment, one row a channel, and whether a living forwarder serves it. ops and '
'administrators.';
