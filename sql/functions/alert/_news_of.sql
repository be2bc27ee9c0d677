-- obs._news_of: what there is to tell about an alert now; NULL when nothing
-- Called by: flush_notifications, _tell_group
-- Reads/Writes: nothing
-- Raises: nothing
-- The end of what was told is told even while silenced. An acknowledgement stops repeats, not an escalation.
create or replace function obs._news_of(p_alert obs.alerts, p_at timestamptz, p_repeat_s float8) returns text
language sql immutable
return case
    when p_alert.state = 'resolved' then case when p_alert.notified_state = 'firing' then 'resolved' end
    when p_alert.muted_by is not null then null
    when p_alert.notified_state is null then 'firing'
    when obs._severity_rank(p_alert.severity) > obs._severity_rank(p_alert.notified_severity) then 'escalated'
    when p_alert.acked_at is not null and not p_alert.notified_ack then 'acknowledged'
    when p_alert.severity <> p_alert.notified_severity or p_alert.run_id is distinct from p_alert.notified_run_id then 'update'
    when p_alert.acked_at is null and p_repeat_s > 0 and p_alert.notified_at + make_interval(secs => p_repeat_s) <= p_at
        then 'repeat'
end;
comment on function obs._news_of(obs.alerts, timestamptz, float8) is
'What there is to tell about an alert now: firing, escalated, update, repeat, acknowledged, resolved, or nothing (NULL).';
