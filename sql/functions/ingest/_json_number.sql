-- obs._json_number: the number in a JSON value, written as one or as text; NULL when there is none
-- Called by: _extra_tokens, _apply_lifecycle, _qa_facts
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._json_number(p_value jsonb) returns numeric
language sql immutable parallel safe
return obs._number(p_value #>> '{}');
comment on function obs._json_number(jsonb) is
'The number in a JSON value, written as one or as text; NULL when there is none.';
