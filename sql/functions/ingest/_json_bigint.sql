-- obs._json_bigint: the whole number nearest to that in a JSON value, clipped to bigint; NULL when there is none
-- Called by: _to_events
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._json_bigint(p_value jsonb) returns bigint
language sql immutable parallel safe
return case
    when obs._json_number(p_value) < -9000000000000000000 then -9000000000000000000
    when obs._json_number(p_value) > 9000000000000000000 then 9000000000000000000
    else round(obs._json_number(p_value))::bigint
end;
comment on function obs._json_bigint(jsonb) is 'The whole number nearest to that in a JSON value, clipped to bigint; NULL when there is none.';
