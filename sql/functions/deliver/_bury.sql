-- obs._bury: gives a notification up, and tells so on another channel
-- Called by: fail_notification, _bury_unserved
-- Reads/Writes: notifications, notification_routes, forwarders
-- Raises: nothing
-- A dead letter that cannot be delivered either is not told again: that would go round in circles.
create or replace function obs._bury(p_notification obs.notifications, p_error text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_other text := (
        select c.channel
        from (
            select p_notification.fallback_channel as channel, 1 as place
            union all
            select u.channel, 2
            from obs.notification_routes r, unnest(array[r.channel, r.fallback_channel]) as u (channel)
            where r.route_name = 'default' and r.tenant_id is null
        ) c
        where c.channel <> p_notification.channel
        order by c.channel = any(obs._served_channels()) desc, c.place
        limit 1
    );
    v_message jsonb;
    v_said text := format('Not delivered on %s: %s', p_notification.channel, left(p_error, 300));
    v_id bigint;
begin
    update obs.notifications n
    set state = 'dead', last_error = p_error, leased_by = null, lease_until = null
    where n.tenant_id = p_notification.tenant_id and n.notification_id = p_notification.notification_id;
    if p_notification.kind = 'dead_letter' or v_other is null then
        return;
    end if;
    v_message := coalesce(p_notification.message, obs._message(p_notification));
    v_message := v_message || jsonb_build_object(
        'kind', 'dead_letter', 'undelivered', v_said, 'undelivered_kind', p_notification.kind,
        'text', left(v_said || E'\n\n' || coalesce(v_message ->> 'text', v_message ->> 'title'), 2800)
    );
    insert into obs.notifications (
        tenant_id, kind, route_name, channel, group_id, alert_ids, alert_code, subject, severity, is_simulation, thread_key,
        ticket_key, facts, message
    ) values (
        p_notification.tenant_id, 'dead_letter', p_notification.route_name, v_other, p_notification.group_id,
        p_notification.alert_ids, p_notification.alert_code, p_notification.subject, p_notification.severity,
        p_notification.is_simulation, p_notification.thread_key, p_notification.ticket_key,
        jsonb_build_object('notification_id', p_notification.notification_id, 'channel', p_notification.channel), v_message
    )
    returning notification_id into v_id;
    perform pg_notify('obs_alerts', v_id::text);
end
$$;
comment on function obs._bury(obs.notifications, text) is
'Gives a notification up and queues a dead letter on its fallback channel or the default route''s, whichever is served.';
