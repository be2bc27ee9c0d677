-- obs.claim_notifications: leases what waits for a forwarder's channels, pages first
-- Called by: forwarders
-- Reads/Writes: notifications, notification_threads, alerts, cluster
-- Raises: 22023 bad forwarder, limit or lease
-- Of a thread and of a ticket only the oldest is ever under way: order is kept, and no two forwarders open the same
-- thread. Its id is looked up as a scalar, one index probe each: a join would be quadratic in a backlog that has not been
-- analyzed. Leases go by the server's real clock; one that ran out is claimed again, with the same idempotency key.
create or replace function obs.claim_notifications(
    p_forwarder_id text,
    p_channels text[],
    p_limit int default 10,
    p_lease interval default '60 seconds'
) returns table (
    notification_id bigint,
    tenant_id text,
    channel text,
    kind text,
    severity text,
    alert_ids bigint[],
    thread_key text,
    ticket_key text,
    idempotency_key text,
    attempts int,
    external_ref jsonb,
    message jsonb,
    needs_evidence bigint[]
)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
    perform obs._check_forwarder(p_forwarder_id, p_channels);
    if p_limit is null or p_limit not between 1 and 1000 then
        raise exception 'limit % is not from 1 to 1000', p_limit using errcode = '22023';
    end if;
    if p_lease is null or p_lease not between interval '1 second' and interval '1 hour' then
        raise exception 'lease % is not from 1 second to 1 hour', p_lease using errcode = '22023';
    end if;
    if not obs._is_own_cluster() then
        return;
    end if;
    return query
    with free as (
        select n.tenant_id, n.notification_id
        from obs.notifications n
        where n.channel = any(p_channels)
          and n.state in ('waiting', 'leased')
          and case n.state when 'waiting' then n.next_try_at else n.lease_until end <= clock_timestamp()
          and n.notification_id = (
              select min(e.notification_id)
              from obs.notifications e
              where e.tenant_id = n.tenant_id and e.channel = n.channel and e.thread_key = n.thread_key
                and e.state in ('waiting', 'leased')
          )
          and n.notification_id = (
              select min(e.notification_id)
              from obs.notifications e
              where e.tenant_id = n.tenant_id and e.channel = n.channel and e.ticket_key = n.ticket_key
                and e.state in ('waiting', 'leased')
          )
        order by array_position(array['page', 'warning', 'ticket'], n.severity), n.notification_id
        limit p_limit
        for update of n skip locked
    ), leased as (
        update obs.notifications n
        set state = 'leased', leased_by = p_forwarder_id, lease_until = clock_timestamp() + p_lease, attempts = n.attempts + 1
        from free f
        where n.tenant_id = f.tenant_id and n.notification_id = f.notification_id
        returning n.*
    )
    select
        l.notification_id, l.tenant_id, l.channel, l.kind, l.severity, l.alert_ids, l.thread_key, l.ticket_key,
        obs._idempotency_key(l.notification_id), l.attempts,
        (
            select t.external_ref
            from obs.notification_threads t
            where t.tenant_id = l.tenant_id and t.channel = l.channel and t.thread_key in (l.thread_key, l.ticket_key)
            order by t.thread_key = l.thread_key desc
            limit 1
        ),
        l.message,
        case when l.kind in ('firing', 'escalated', 'update') then obs._without_evidence(l.tenant_id, l.alert_ids) else '{}' end
    from leased l
    order by array_position(array['page', 'warning', 'ticket'], l.severity), l.notification_id;
end
$$;
comment on function obs.claim_notifications(text, text[], int, interval) is
'Leases up to p_limit notifications of the given channels to a forwarder, pages first, for p_lease; what was sent is said by '
'complete_notification, what failed by fail_notification. In a copy of the database it returns none. Forwarders only.';
