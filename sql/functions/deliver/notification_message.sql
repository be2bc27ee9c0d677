-- obs.notification_message: what a notification says, written once and kept
-- Called by: forwarders, before sending
-- Reads/Writes: notifications
-- Raises: 22023 unknown notification
-- Kept, so that each try says the same.
create or replace function obs.notification_message(p_notification_id bigint) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_notification obs.notifications;
begin
    select n.* into v_notification from obs.notifications n where n.notification_id = p_notification_id for update;
    if not found then
        raise exception 'there is no notification %', p_notification_id using errcode = '22023';
    end if;
    if v_notification.message is null then
        v_notification.message := obs._message(v_notification);
        update obs.notifications n
        set message = v_notification.message
        where n.tenant_id = v_notification.tenant_id and n.notification_id = p_notification_id;
    end if;
    return v_notification.message;
end
$$;
comment on function obs.notification_message(bigint) is
'What a notification says: rendered at the first call, the same ever after. Forwarders only.';
