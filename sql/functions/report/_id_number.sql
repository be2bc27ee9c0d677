-- obs._id_number: what grows within one stream of event ids: the milliseconds of version 7, else the last 12 digits
-- Called by: _stream_silences
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._id_number(p_event_id uuid) returns bigint
language sql immutable parallel safe
return (
    'x' || case substr(p_event_id::text, 15, 1)
        when '7' then substr(replace(p_event_id::text, '-', ''), 1, 12)
        else right(p_event_id::text, 12)
    end
)::bit(48)::bigint;
comment on function obs._id_number(uuid) is
'What grows within one stream of event ids: the milliseconds of version 7, else the last 12 digits.';
