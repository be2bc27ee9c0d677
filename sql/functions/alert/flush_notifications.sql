-- obs.flush_notifications: turns the news of alerts into notifications in the outbox; number of notifications
-- Called by: evaluate_alerts, simulate, every forwarder when it wakes
-- Reads/Writes: alerts, alert_rules, alert_groups, alert_silences, notification_routes (row lock), notifications;
-- channel obs_alerts
-- Raises: nothing
-- One at a time, by the lock of the default route's row; who finds it taken leaves at once, since its holder or the next
-- wake tells the same. An alert that another session holds is left for the next call. The first news of a group is told at
-- once; what joins an already told group across tenants waits for one update after group_interval_s. Nothing is told while the
-- lock is held, so whoever falls asleep over it in an open transaction is ended after a minute.
create or replace function obs.flush_notifications() returns int
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_now constant timestamptz := obs.now();
    v_alert obs.alerts;
    v_rule obs.alert_rules;
    v_group obs.alert_groups;
    v_params jsonb;
    v_interval interval;
    v_news text;
    v_due bigint[] := array[]::bigint[];
    v_row record;
    v_told int := 0;
begin
    perform from obs.notification_routes r where r.route_name = 'default' for no key update skip locked;
    if not found then
        return 0;
    end if;
    if current_setting('idle_in_transaction_session_timeout')::interval not between '1 ms' and '1 minute' then
        perform set_config('idle_in_transaction_session_timeout', '1min', true);
    end if;
    perform obs._judge_queue();
    perform obs._mute_alerts(v_now);
    -- 1. Which alerts have news, and what they are told with
    for v_alert in
        select a.* from obs.alerts a where a.notify_at <= v_now order by a.tenant_id, a.alert_id
        for no key update skip locked
    loop
        select r.* into v_rule from obs.alert_rules r where r.alert_code = v_alert.alert_code;
        v_params := obs._alert_params(v_alert.alert_code, v_alert.tenant_id);
        v_news := obs._news_of(v_alert, v_now, (v_params ->> 'repeat_s')::float8);
        if v_news is null then
            update obs.alerts a
            set notify_at = obs._next_repeat(a, (v_params ->> 'repeat_s')::float8)
            where a.tenant_id = v_alert.tenant_id and a.alert_id = v_alert.alert_id;
            continue;
        end if;
        if v_alert.group_id is null then
            v_group := obs._open_group(v_alert, v_rule.across_tenants, v_now);
            update obs.alerts a
            set group_id = v_group.group_id
            where a.tenant_id = v_alert.tenant_id and a.alert_id = v_alert.alert_id;
        else
            select g.* into v_group from obs.alert_groups g where g.group_id = v_alert.group_id;
        end if;
        v_interval := make_interval(secs => (v_params ->> 'group_interval_s')::float8);
        if v_rule.across_tenants and not v_alert.is_simulation and v_news <> 'escalated' and v_group.last_sent_at > v_now - v_interval then
            update obs.alerts a
            set notify_at = v_group.last_sent_at + v_interval
            where a.tenant_id = v_alert.tenant_id and a.alert_id = v_alert.alert_id;
        else
            v_due := v_due || v_alert.alert_id;
        end if;
    end loop;
    -- 2. One notification a group and route; a tenant's own route names that tenant alone
    for v_row in
        select obs._tell_group(w.group_id, v_due, v_now) as told
        from (select distinct a.group_id from obs.alerts a where a.alert_id = any(v_due) order by 1) w
    loop
        v_told := v_told + v_row.told;
    end loop;
    update obs.alert_groups g
    set closed_at = v_now
    where g.closed_at is null
      and not exists (select from obs.alerts a where a.group_id = g.group_id and (a.resolved_at is null or a.notify_at is not null));
    if v_told > 0 then
        perform pg_notify('obs_alerts', 'outbox');
    end if;
    return v_told;
end
$$;
comment on function obs.flush_notifications() is
'Turns the news of alerts into notifications in the outbox; returns how many. The tick and every forwarder call it.';
