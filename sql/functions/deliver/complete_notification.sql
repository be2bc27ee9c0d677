-- obs.complete_notification: records that a notification was sent, and what the receiver calls its thread
-- Called by: forwarders, after sending
-- Reads/Writes: notifications, notification_threads
-- Raises: 22023 for a reference that is no small object
-- A reference with "scope": "ticket" is kept for all threads of the ticket. A dead letter has no thread to go on: the one that
-- the channel may have for its alert stays.
create or replace function obs.complete_notification(
    p_notification_id bigint,
    p_forwarder_id text,
    p_external_ref jsonb default null
) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_sent obs.notifications;
begin
    if p_external_ref is not null and (jsonb_typeof(p_external_ref) <> 'object' or pg_column_size(p_external_ref) > 4096) then
        raise exception 'external reference must be an object of at most 4096 bytes; this is % of %',
            jsonb_typeof(p_external_ref), pg_column_size(p_external_ref) using errcode = '22023';
    end if;
    update obs.notifications n
    set state = 'sent', sent_at = clock_timestamp(), leased_by = null, lease_until = null, last_error = null
    where n.notification_id = p_notification_id and n.state = 'leased' and n.leased_by = p_forwarder_id
    returning n.* into v_sent;
    if v_sent.notification_id is null then
        return false;
    end if;
    if p_external_ref is not null and (v_sent.kind <> 'dead_letter' or p_external_ref ->> 'scope' = 'ticket') then
        insert into obs.notification_threads as t (tenant_id, channel, thread_key, external_ref)
        values (
            v_sent.tenant_id, v_sent.channel,
            case when p_external_ref ->> 'scope' = 'ticket' then v_sent.ticket_key else v_sent.thread_key end, p_external_ref
        )
        on conflict (tenant_id, channel, thread_key) do update
            set external_ref = excluded.external_ref, updated_at = clock_timestamp()
            where t.external_ref <> excluded.external_ref;
    end if;
    return true;
end
$$;
comment on function obs.complete_notification(bigint, text, jsonb) is
'Records that a leased notification was sent, with what the receiver calls its thread; false when the lease is somebody '
'else''s by now. Forwarders only.';
