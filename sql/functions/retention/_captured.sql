-- obs._captured: whether a capture mode keeps a thinnable event
-- Called by: _thin_events, _paired_events
-- Reads/Writes: nothing
-- Raises: nothing
-- A sample is drawn by a hash of the event's id: the same events every time.
create or replace function obs._captured(p_capture jsonb, p_stage text, p_event_id uuid) returns boolean
language sql immutable parallel safe
begin atomic
    select
        case
            when m.mode is null or m.mode = 'all' then true
            when m.mode = 'errors' then false
            else (hashtextextended(p_event_id::text, 0) & 1048575)::numeric / 1048576
                < substring(m.mode from '\(([0-9.]+)\)')::numeric
        end
    from (
        select
            case jsonb_typeof(p_capture)
                when 'object' then coalesce(p_capture ->> p_stage, p_capture ->> '*')
                else p_capture #>> '{}'
            end as mode
    ) as m;
end;
comment on function obs._captured(jsonb, text, uuid) is
'Whether a capture mode (all, errors, sample(p), or these by stage) keeps a thinnable event.';
