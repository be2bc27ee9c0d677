-- obs._json_text: the text of a JSON scalar; objects and arrays as JSON, null as NULL
-- Called by: _to_events
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._json_text(p_value jsonb) returns text
language sql immutable parallel safe
return p_value #>> '{}';
comment on function obs._json_text(jsonb) is 'The text of a JSON scalar; objects and arrays as JSON, null as NULL.';
