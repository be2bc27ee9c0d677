-- obs.fail_notification: records that a try failed: it is tried again, or given up for another channel
-- Called by: forwarders
-- Reads/Writes: notifications
-- Raises: nothing
create or replace function obs.fail_notification(
    p_notification_id bigint,
    p_forwarder_id text,
    p_error text,
    p_retry_after interval default null,
    p_permanent boolean default false
) returns text
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_failed obs.notifications;
    v_error text := left(obs._redact_text(null, left(coalesce(p_error, 'no reason given'), 2000)), 500);
begin
    select n.* into v_failed
    from obs.notifications n
    where n.notification_id = p_notification_id and n.state = 'leased' and n.leased_by = p_forwarder_id
    for update;
    if not found then
        return null;
    end if;
    if p_permanent or v_failed.created_at < clock_timestamp() - interval '24 hours' then
        perform obs._bury(v_failed, v_error);
        return 'dead';
    end if;
    update obs.notifications n
    set state = 'waiting', leased_by = null, lease_until = null, last_error = v_error,
        next_try_at = clock_timestamp() + obs._retry_delay(n.attempts, p_retry_after)
    where n.tenant_id = v_failed.tenant_id and n.notification_id = v_failed.notification_id;
    return 'waiting';
end
$$;
comment on function obs.fail_notification(bigint, text, text, interval, boolean) is
'Records that a try failed. Returns waiting when it is tried again (after 5 s, doubled up to 15 min, not before p_retry_after), '
'dead when it is given up (p_permanent, or 24 hours old) and told on another channel, NULL when the lease is somebody else''s. '
'Forwarders only.';
