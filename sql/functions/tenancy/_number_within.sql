-- obs._number_within: whether a JSON value is a number between two others
-- Called by: set_setting
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._number_within(p_value jsonb, p_least numeric, p_most numeric) returns boolean
language sql immutable parallel safe
return case when jsonb_typeof(p_value) = 'number' then (p_value)::numeric between p_least and p_most else false end;
comment on function obs._number_within(jsonb, numeric, numeric) is 'Whether a JSON value is a number between two others.';
