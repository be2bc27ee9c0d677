-- obs._routes_for: the routes that an alert takes at a moment, one a channel
-- Called by: _tell_group, route_preview
-- Reads/Writes: notification_routes
-- Raises: nothing
-- A window that ends before it begins runs over midnight and belongs to the day it began on. The default takes what no
-- other route took. Where two routes lead to one channel, the tenant's own one counts: it names no other tenant.
create or replace function obs._routes_for(p_tenant_id text, p_alert_code text, p_severity text, p_at timestamptz)
returns setof obs.notification_routes
language sql stable
begin atomic
    with hours as (
        select
            r.tenant_id,
            r.route_name,
            r.channel,
            r.days,
            r.from_time,
            r.to_time,
            (p_at at time zone r.time_zone)::time as clock,
            extract(isodow from p_at at time zone r.time_zone)::int as day
        from obs.notification_routes as r
        where r.route_name <> 'default'
            and (r.tenant_id is null or r.tenant_id = p_tenant_id)
            and (r.severities is null or p_severity = any(r.severities))
            and (r.alert_codes is null or p_alert_code = any(r.alert_codes))
    ),

    taken as (
        select distinct on (h.channel)
            h.tenant_id,
            h.route_name
        from hours as h
        where
            case
                when h.from_time is null or h.from_time = h.to_time then h.days is null or h.day = any(h.days)
                when h.from_time < h.to_time
                    then h.clock >= h.from_time and h.clock < h.to_time and (h.days is null or h.day = any(h.days))
                when h.clock >= h.from_time then h.days is null or h.day = any(h.days)
                when h.clock < h.to_time then h.days is null or (h.day + 5) % 7 + 1 = any(h.days)
                else false
            end
        order by h.channel, h.tenant_id nulls last, h.route_name
    )

    select
        r.tenant_id,
        r.route_name,
        r.channel,
        r.severities,
        r.alert_codes,
        r.days,
        r.from_time,
        r.to_time,
        r.time_zone,
        r.fallback_channel,
        r.updated_by,
        r.updated_at
    from obs.notification_routes as r
    where
        exists (
            select 1
            from taken as t
            where t.tenant_id is not distinct from r.tenant_id and t.route_name = r.route_name
        )
        or (r.route_name = 'default' and r.tenant_id is null and not exists (select 1 from taken));
end;
comment on function obs._routes_for(text, text, text, timestamptz) is
'The routes that an alert of a tenant, code and severity takes at a moment, one a channel; the default when no other does.';
