-- obs._whole: the whole number nearest to a number, clipped to what bigint holds; NULL for NULL and NaN
-- Called by: _to_events, _extra_tokens, _apply_lifecycle, log_event
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._whole(p_number numeric) returns bigint
language sql immutable parallel safe
return case
    when p_number = 'NaN' then null
    when p_number < -9000000000000000000 then -9000000000000000000
    when p_number > 9000000000000000000 then 9000000000000000000
    else round(p_number)::bigint
end;
comment on function obs._whole(numeric) is
'The whole number nearest to a number, clipped to bigint; NULL for NULL and NaN.';
