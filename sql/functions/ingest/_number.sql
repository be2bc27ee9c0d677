-- obs._number: the number that a text holds; NULL when it holds none
-- Called by: _to_events, _json_number
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._number(p_text text) returns numeric
language sql immutable parallel safe
return case when p_text ~ '^\s*[+-]?\d{1,40}(\.\d{0,40})?([eE][+-]?\d{1,2})?\s*$' then p_text::numeric end;
comment on function obs._number(text) is 'The number that a text holds; NULL when it holds none.';
