-- obs._id_place: where an event id stands among all: its first 60 bits as a number
-- Called by: _vendor_calls
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._id_place(p_event_id uuid) returns bigint
language sql immutable parallel safe
return ('x' || substr(replace(p_event_id::text, '-', ''), 1, 15))::bit(60)::bigint;
comment on function obs._id_place(uuid) is 'Where an event id stands among all: its first 60 bits as a number.';
