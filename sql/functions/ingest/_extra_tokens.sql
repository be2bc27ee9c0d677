-- obs._extra_tokens: the number of tokens under a key of extra; NULL when there is none that can be
-- Called by: _final_usd, _store_placed, _store_one, reprice, _paired_events
-- Reads/Writes: nothing
-- Raises: nothing
-- The bounds are those of tokens_input: what is beyond them is dropped, for a sum of such numbers would not fit its column
-- and stop every fold.
create or replace function obs._extra_tokens(p_extra jsonb, p_key text) returns bigint
language sql immutable parallel safe
return case
    when p_extra ? p_key and obs._json_number(p_extra -> p_key) between 0 and 1000000000000
        then obs._whole(obs._json_number(p_extra -> p_key))
end;
comment on function obs._extra_tokens(jsonb, text) is
'The number of tokens under a key of extra; NULL when there is none from 0 to 10^12.';
