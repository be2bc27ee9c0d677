-- obs._tell_group: writes the notifications of one group, one a channel, and notes on its alerts that they are told
-- Called by: flush_notifications, which holds the lock of the default route and of the due alerts' rows
-- Reads/Writes: alerts, alert_groups, notification_routes, notifications
-- Raises: nothing
-- A message lists the group's open alerts that are not muted, and those that have just been resolved. Routes that heard of an
-- alert (notified_routes: name, a tenant's own as tenant/name) hear of its end, wherever severity and hour would lead now.
-- Several routes to one channel are one message; a tenant's own routes have a thread of their own, and to them its alert is
-- news, whatever others were told of theirs before.
create or replace function obs._tell_group(p_group_id bigint, p_due bigint[], p_at timestamptz) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_group obs.alert_groups;
    v_told int := 0;
    v_route record;
begin
    select g.* into v_group from obs.alert_groups g where g.group_id = p_group_id;
    for v_route in
        with news as (
            select
                a.*, obs._news_of(a, p_at, (obs._alert_params(a.alert_code, a.tenant_id) ->> 'repeat_s')::float8) as news
            from obs.alerts a
            where a.group_id = p_group_id and a.alert_id = any(p_due)
        ), heard as (
            select n.tenant_id, n.alert_id, n.news, n.severity, r.tenant_id as only_tenant, r.route_name, r.channel, r.fallback_channel
            from news n
            cross join lateral obs._routes_for(n.tenant_id, n.alert_code, n.severity, p_at) r
            union all
            select n.tenant_id, n.alert_id, n.news, n.severity, r.tenant_id, r.route_name, r.channel, r.fallback_channel
            from news n
            join obs.notification_routes r
                on concat(r.tenant_id || '/', r.route_name) = any(n.notified_routes) and (r.tenant_id is null or r.tenant_id = n.tenant_id)
        )
        select
            h.only_tenant, min(h.route_name) as route_name, h.channel, min(h.fallback_channel) as fallback_channel,
            array_agg(distinct h.alert_id) as alert_ids,
            array_agg(distinct concat(h.only_tenant || '/', h.route_name)) as routes,
            (array_agg(h.severity order by obs._severity_rank(h.severity) desc))[1] as severity,
            case
                when bool_or(h.news = 'escalated') then 'escalated'
                when bool_or(h.news = 'firing') then case
                    when v_group.last_sent_at is null or h.only_tenant is not null then 'firing' else 'update' end
                when bool_and(h.news = 'resolved') then 'resolved'
                when bool_or(h.news in ('update', 'resolved')) then 'update'
                when bool_or(h.news = 'acknowledged') then 'acknowledged'
                else 'repeat'
            end as kind
        from heard h
        group by h.only_tenant, h.channel
        order by min(h.route_name), h.channel
    loop
        -- A group is over only when none of its alerts is left open.
        if v_route.kind = 'resolved' and exists (
            select from obs.alerts a
            where a.group_id = p_group_id and a.resolved_at is null and a.muted_by is null
              and (v_route.only_tenant is null or a.tenant_id = v_route.only_tenant)
        ) then
            v_route.kind := 'update';
        end if;
        insert into obs.notifications (
            tenant_id, kind, route_name, channel, fallback_channel, group_id, alert_ids, alert_code, subject, severity,
            is_simulation, thread_key, ticket_key, facts, created_at, next_try_at
        )
        select
            coalesce(v_route.only_tenant, v_group.tenant_id), v_route.kind, v_route.route_name, v_route.channel,
            v_route.fallback_channel, p_group_id,
            array(
                select a.alert_id
                from obs.alerts a
                where a.group_id = p_group_id and (v_route.only_tenant is null or a.tenant_id = v_route.only_tenant)
                  and (a.alert_id = any(v_route.alert_ids) or (a.resolved_at is null and a.muted_by is null))
                order by a.alert_id
            ),
            v_group.alert_code, v_group.subject, v_route.severity, v_group.is_simulation,
            'obs-' || p_group_id || case when v_route.only_tenant is not null then '-' || md5(v_route.only_tenant) else '' end,
            concat_ws(':', v_group.alert_code, coalesce(v_route.only_tenant, v_group.tenant_id), v_group.subject),
            -- What was told last, so that the message can say what became of it.
            coalesce((
                select jsonb_strip_nulls(jsonb_build_object(
                    'previous_value', a.notified_value, 'previous_severity', a.notified_severity
                ))
                from obs.alerts a
                where a.group_id = p_group_id and a.alert_id = v_route.alert_ids[1]
            ), '{}'),
            clock_timestamp(), clock_timestamp();
        update obs.alerts a
        set notified_routes = array(select u.route from unnest(a.notified_routes || v_route.routes) u (route) group by u.route)
        where a.group_id = p_group_id and a.alert_id = any(v_route.alert_ids);
        v_told := v_told + 1;
    end loop;
    update obs.alerts a
    set notified_at = p_at,
        notified_state = case a.state when 'resolved' then 'resolved' else 'firing' end,
        notified_severity = a.severity,
        notified_run_id = a.run_id,
        notified_value = a.value,
        notified_ack = a.acked_at is not null,
        notify_at = null
    where a.group_id = p_group_id and a.alert_id = any(p_due);
    update obs.alerts a
    set notify_at = obs._next_repeat(a, (obs._alert_params(a.alert_code, a.tenant_id) ->> 'repeat_s')::float8)
    where a.group_id = p_group_id and a.alert_id = any(p_due);
    update obs.alert_groups g
    set last_sent_at = p_at
    where g.group_id = p_group_id;
    return v_told;
end
$$;
comment on function obs._tell_group(bigint, bigint[], timestamptz) is
'Writes the notifications of one group, one a channel, and notes on its alerts that they are told.';
