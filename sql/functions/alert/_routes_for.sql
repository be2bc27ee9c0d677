-- obs._routes_for: the routes that an alert of this tenant, rule and severity takes at a moment; never none
-- Called by: flush_notifications, route_preview
-- Reads/Writes: notification_routes
-- Raises: nothing
create or replace function obs._routes_for(p_tenant_id text, p_alert_code text, p_severity text, p_at timestamptz)
returns setof obs.notification_routes
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    return query
        select r.*
        from obs.notification_routes r
        where r.route_name <> 'default'
          and (r.tenant_id is null or r.tenant_id = p_tenant_id)
          and (r.severities is null or p_severity = any(r.severities))
          and (r.alert_codes is null or p_alert_code = any(r.alert_codes))
        order by r.route_name;
    if not found then
        return query select r.* from obs.notification_routes r where r.route_name = 'default';
    end if;
end
$$;
comment on function obs._routes_for(text, text, text, timestamptz) is
'The routes that an alert of this tenant, rule and severity takes at a moment.';
