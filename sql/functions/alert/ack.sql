-- obs.ack: says that somebody takes care of an alert: its repeats stop, an escalation is still told
-- Called by: on-call engineers
-- Reads/Writes: alerts, audit_log; channel obs_alerts
-- Raises: OB010 unknown alert; a resolved one is answered with its row, unchanged
create or replace function obs.ack(p_alert_id bigint, p_note text default null) returns obs.alerts
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_alert obs.alerts := obs._own_alert(p_alert_id);
    v_note text := obs._redact_text(v_alert.tenant_id, left(p_note, 1000));
begin
    update obs.alerts a
    set acked_at = coalesce(a.acked_at, obs.now()),
        acked_by = coalesce(a.acked_by, obs._asker()),
        ack_note = coalesce(v_note, a.ack_note),
        notify_at = case when a.acked_at is null then obs.now() else a.notify_at end
    where a.tenant_id = v_alert.tenant_id and a.alert_id = p_alert_id and a.resolved_at is null
    returning a.* into v_alert;
    if found then
        perform obs._audit(v_alert.tenant_id, 'ack', jsonb_build_object('alert_id', p_alert_id, 'note', v_note));
        perform pg_notify('obs_alerts', p_alert_id::text);
        return v_alert;
    end if;
    return obs._own_alert(p_alert_id);
end
$$;
comment on function obs.ack(bigint, text) is
'Takes an alert: its repeats stop, an escalation is still told. Returns the alert. Twice is once.';
