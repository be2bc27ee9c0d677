-- obs._json_number: the number in a JSON value, written as one or as text; NULL when there is none
-- Called by: _to_events, _apply_lifecycle, _price units in _store
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._json_number(p_value jsonb) returns numeric
language sql immutable parallel safe
return case
    when jsonb_typeof(p_value) = 'number' then (p_value)::numeric
    when jsonb_typeof(p_value) = 'string' and (p_value #>> '{}') ~ '^\s*[+-]?\d{1,40}(\.\d{0,40})?([eE][+-]?\d{1,2})?\s*$'
        then (p_value #>> '{}')::numeric
end;
comment on function obs._json_number(jsonb) is 'The number in a JSON value, written as one or as text; NULL when there is none.';
