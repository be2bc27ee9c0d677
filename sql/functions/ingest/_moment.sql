-- obs._moment: the moment that a text holds: ISO 8601, UTC when it names no zone, or Unix seconds; NULL when it holds
-- none
-- Called by: _to_events
-- Reads/Writes: nothing
-- Raises: nothing: a date that does not exist is NULL, without a sub-transaction
-- Days 1 to 28 exist in every month and are cast at once; the rest is looked at more closely.
create or replace function obs._moment(p_text text) returns timestamptz
language sql stable parallel safe
return case
    when p_text ~ (
        '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])[T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?'
        '(Z|[+-](0[0-9]|1[0-4]):?[0-5][0-9])$'
    ) and p_text !~ '^0000' then p_text::timestamptz
    else obs._odd_moment(p_text)
end;
comment on function obs._moment(text) is
'The moment that a text holds: ISO 8601, UTC when it names no zone, or Unix seconds; NULL when it holds none.';
