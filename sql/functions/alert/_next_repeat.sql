-- obs._next_repeat: when an alert that has been told is told again if nothing happens; NULL for never
-- Called by: flush_notifications, _tell_group
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._next_repeat(p_alert obs.alerts, p_repeat_s float8) returns timestamptz
language sql immutable
return case
    when p_alert.state <> 'resolved' and p_alert.notified_state = 'firing' and p_alert.acked_at is null and p_repeat_s > 0
        then p_alert.notified_at + make_interval(secs => p_repeat_s)
end;
comment on function obs._next_repeat(obs.alerts, float8) is
'When an alert that has been told is told again if nothing happens; NULL for never.';
