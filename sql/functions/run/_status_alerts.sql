-- obs._status_alerts: the checks on what is told: rules, outbox, forwarders, channels, reports, the server's notification queue
-- Called by: status
-- Reads/Writes: alert_rules, notifications, forwarders, notification_routes, night_mails
-- Raises: nothing
-- Without a forwarder ever seen, and nothing to tell, all is well; what waits then is amber, not red. A report of
-- a night is claimed before it goes out, so one that its sender never spoke of again may be lost: it is told for a week.
create or replace function obs._status_alerts()
returns table (check_name text, state text, detail text, remedy text)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_now constant timestamptz := clock_timestamp();
    v_seen constant timestamptz := (select max(f.last_seen_at) from obs.forwarders f);
    -- A forwarder that has just begun has not tried yet.
    v_deaf constant boolean := v_seen > v_now - interval '2 minutes' and not exists (
        select from obs.forwarders f
        where f.last_seen_at > v_now - interval '2 minutes' and (f.is_listening or f.started_at > v_now - interval '1 minute')
    );
    v_told constant boolean := exists (select from obs.notifications o where o.state <> 'sent');
begin
    return query
        select
            'alert rules',
            case when count(*) filter (where r.error_sqlstate is not null) > 0 then 'red' else 'green' end,
            coalesce(
                string_agg(format('%s fails with SQLSTATE %s', r.alert_code, r.error_sqlstate), '; ' order by r.alert_code)
                    filter (where r.error_sqlstate is not null),
                format('%s rules are judged', count(*) filter (where r.condition is not null))
            ),
            case when count(*) filter (where r.error_sqlstate is not null) > 0 then
                'Read the view that alert_rules.condition names: it shows the error. Its firing alerts stay until it works again.'
            end
        from obs.alert_rules r;

    return query
        select
            'forwarders',
            case
                when v_seen is null and not v_told then 'green'
                when v_seen is null then 'amber'
                when v_seen < v_now - interval '2 minutes' then 'red'
                when v_deaf then 'amber'
                else 'green'
            end,
            case
                when v_seen is null and not v_told then 'none has ever been seen, and nothing waits to be told'
                when v_seen is null then 'none has ever been seen: alerts are judged and shown, and reach nobody'
                when v_seen < v_now - interval '2 minutes' then format('the last was seen %s ago', obs._status_age(v_now - v_seen))
                else format('%s at work%s', count(*), case when v_deaf then ', none of them hears notifications' else '' end)
            end,
            case
                when (v_seen is null and v_told) or v_seen < v_now - interval '2 minutes' then 'Run obs forward: docs/forwarding.md.'
                when v_deaf then 'Give obs forward a direct connection: LISTEN does not pass a transaction pooler.'
            end
        from obs.forwarders f
        where f.last_seen_at > v_now - interval '2 minutes';

    return query
        select
            'outbox',
            case
                when n.oldest < v_now - interval '5 minutes' then case when v_seen is null then 'amber' else 'red' end
                when n.dead > 0 then 'amber'
                else 'green'
            end,
            format('%s wait, %s given up in the last day', n.waiting, n.dead)
            || coalesce('; the oldest waits since ' || obs._status_age(v_now - n.oldest), ''),
            case when n.oldest < v_now - interval '5 minutes' or n.dead > 0 then
                'select channel, state, attempts, last_error from obs.notifications where state <> ''sent'' order by next_try_at;'
            end
        from (
            select
                count(*) filter (where o.state in ('waiting', 'leased')) as waiting,
                count(*) filter (where o.state = 'dead' and o.created_at > v_now - interval '1 day') as dead,
                min(o.created_at) filter (where o.state in ('waiting', 'leased')) as oldest
            from obs.notifications o
            where o.state <> 'sent'
        ) n;

    return query
        select
            'channels',
            case when c.unserved is null or v_seen is null then 'green' else 'amber' end,
            coalesce('routes lead to channels that no forwarder serves: ' || c.unserved, 'every channel of a route is served'),
            case when c.unserved is not null then 'Configure them for obs forward, or change the route: obs.set_route.' end
        from (
            select string_agg(distinct r.channel, ', ') as unserved
            from obs.notification_routes r
            where not exists (
                select from obs.forwarders f where f.last_seen_at > v_now - interval '2 minutes' and r.channel = any(f.channels)
            )
        ) c
        where v_seen is not null;

    return query
        select
            'reports',
            case when m.lost is null then 'green' else 'amber' end,
            coalesce('begun, and never said to be sent: ' || m.lost, 'each that was begun was sent'),
            case when m.lost is not null then
                'Ask whether it came. If not, as the login that claimed it or ops: obs report --last-night --mail ADDRESS --again.'
            end
        from (
            select
                string_agg(format('%s of %s', x.night, x.tenant_id), ', ' order by x.place) filter (where x.place <= 5)
                || case when count(*) > 5 then ', …' else '' end as lost
            from (
                select n.tenant_id, n.night, row_number() over (order by n.night desc, n.tenant_id) as place
                from obs.night_mails n
                where n.sent_at is null and n.claimed_at < v_now - interval '15 minutes' and n.claimed_at > v_now - interval '7 days'
                group by n.tenant_id, n.night
            ) x
        ) m;

    return query
        select
            'notification queue',
            case when u.usage > 0.1 then 'red' else 'green' end,
            format('the server''s queue of notifications is %s %% full', round((u.usage * 100)::numeric, 1)),
            case when u.usage > 0.1 then
                'A session that listens is idle in transaction and holds it: see pg_stat_activity; when it is full, commits fail.'
            end
        from (select pg_notification_queue_usage() as usage) u;
end
$$;
comment on function obs._status_alerts() is
'The checks on what is told: rules, forwarders, outbox, channels, reports, the server''s notification queue.';
