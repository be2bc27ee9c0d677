-- obs._number: the number that a text holds; NULL when it holds none
-- Called by: _to_events, _json_number, _message_words
-- Reads/Writes: nothing
-- Raises: nothing
-- Digits and blanks are listed: \d and \s may mean those of every script, which the cast does not read.
create or replace function obs._number(p_text text) returns numeric
language sql immutable parallel safe
return case when p_text ~ '^[ \t\n\r]*[+-]?[0-9]{1,40}(\.[0-9]{0,40})?([eE][+-]?[0-9]{1,2})?[ \t\n\r]*$' then p_text::numeric end;
comment on function obs._number(text) is 'The number that a text holds; NULL when it holds none.';
