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
        '^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])[T ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-](0\d|1[0-4]):?[0-5]\d)$'
    ) and p_text !~ '^0000' then p_text::timestamptz
    else obs._odd_moment(p_text)
end;
comment on function obs._moment(text) is
'The moment that a text holds: ISO 8601, UTC when it names no zone, or Unix seconds; NULL when it holds none.';
