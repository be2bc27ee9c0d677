-- obs._message: what a notification says, neutral of any channel's markup
-- Called by: notification_message, _bury
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._message(p_notification obs.notifications) returns jsonb
language sql stable
return jsonb_build_object(
    'title', (p_notification).alert_code || ' ' || coalesce((p_notification).facts ->> 'title', (p_notification).kind),
    'kind', (p_notification).kind,
    'severity', (p_notification).severity,
    'is_drill', (p_notification).is_simulation,
    'alert_code', (p_notification).alert_code,
    'tenants', to_jsonb(array_remove(array[(p_notification).tenant_id], '')),
    'alert_ids', to_jsonb((p_notification).alert_ids),
    'started_at', (p_notification).created_at,
    'text', left((p_notification).alert_code || ' ' || (p_notification).kind || E'\n'
    || coalesce((p_notification).facts ->> 'text', (p_notification).facts ->> 'title', ''), 2800)
);
comment on function obs._message(obs.notifications) is 'What a notification says, neutral of any channel''s markup.';
