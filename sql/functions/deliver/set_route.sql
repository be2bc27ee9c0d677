-- obs.set_route: says which alerts go to a channel, and when
-- Called by: administrators
-- Reads/Writes: notification_routes, alert_rules, audit_log
-- Raises: 22023 what cannot be, OB001 unknown tenant
create or replace function obs.set_route(
    p_route_name text,
    p_channel text,
    p_severities text[] default null,
    p_alert_codes text[] default null,
    p_days int[] default null,
    p_from_time time default null,
    p_to_time time default null,
    p_time_zone text default 'UTC',
    p_fallback_channel text default null,
    p_tenant_id text default null
) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_unknown text[] := array(
        select c.code from unnest(p_alert_codes) as c (code)
        where not exists (select from obs.alert_rules r where r.alert_code = c.code)
    );
    v_fault text := case
        when not coalesce(p_route_name ~ '^[a-z][a-z0-9_-]{0,62}$', false) then 'its name has 1 to 63 of a-z 0-9 _ -'
        when not coalesce(p_channel ~ '^[a-z][a-z0-9_-]{0,62}$', false) then 'its channel has 1 to 63 of a-z 0-9 _ -'
        when not coalesce(p_fallback_channel ~ '^[a-z][a-z0-9_-]{0,62}$', true) then 'its fallback has 1 to 63 of a-z 0-9 _ -'
        when p_fallback_channel = p_channel then 'its fallback is another channel'
        when p_severities = '{}' or not p_severities <@ array['page', 'warning', 'ticket']
            then 'severities are page, warning and ticket; NULL takes all'
        when p_alert_codes = '{}' then 'alert codes are those of obs.alert_rules; NULL takes all'
        when cardinality(v_unknown) > 0 then format('there is no alert %s', array_to_string(v_unknown, ', '))
        when p_days = '{}' or not p_days <@ array[1, 2, 3, 4, 5, 6, 7] then 'days are 1 (Monday) to 7; NULL takes all'
        when (p_from_time is null) <> (p_to_time is null) then 'its hours have a beginning and an end, or neither'
        when p_time_zone is null or not exists (select from pg_timezone_names z where z.name = p_time_zone)
            then format('time zone %s is not known to this server', quote_nullable(p_time_zone))
        when p_route_name = 'default' and (
            p_tenant_id is not null or p_severities is not null or p_alert_codes is not null or p_days is not null
            or p_from_time is not null
        ) then 'the default takes whatever no other route took, so it has no conditions'
    end;
begin
    if v_fault is not null then
        raise exception 'route % cannot be: %', quote_nullable(left(p_route_name, 80)), v_fault using errcode = '22023';
    end if;
    perform obs._known_tenant(p_tenant_id);
    insert into obs.notification_routes as r (
        tenant_id, route_name, channel, severities, alert_codes, days, from_time, to_time, time_zone, fallback_channel, updated_by
    ) values (
        p_tenant_id, p_route_name, p_channel, p_severities, p_alert_codes, p_days, p_from_time, p_to_time, p_time_zone,
        p_fallback_channel, obs._asker()
    )
    on conflict (tenant_id, route_name) do update
        set channel = excluded.channel, severities = excluded.severities, alert_codes = excluded.alert_codes,
            days = excluded.days, from_time = excluded.from_time, to_time = excluded.to_time, time_zone = excluded.time_zone,
            fallback_channel = excluded.fallback_channel, updated_by = excluded.updated_by, updated_at = clock_timestamp();
    perform obs._audit(p_tenant_id, 'set_route', jsonb_build_object('route', p_route_name, 'channel', p_channel));
end
$$;
comment on function obs.set_route(text, text, text[], text[], int[], time, time, text, text, text) is
'Says which alerts go to a channel: by severity, code, days (1 Monday to 7 Sunday) and hours in a time zone; NULL takes all. A '
'route with a tenant takes that tenant''s alerts alone. The route named default takes what no other took. Administrators only.';
