-- obs._cost_source: where the cost of an event comes from; NULL when it has and needs none
-- Called by: _store_placed, _store_one
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._cost_source(
    p_kind text, p_cost_usd numeric, p_final_usd numeric, p_status text, p_tokens_input bigint, p_tokens_output bigint,
    p_extra jsonb
) returns text
language sql immutable parallel safe
return case
    when p_cost_usd is not null then 'reported'
    when p_kind <> 'call' then null
    when p_extra -> 'cache_hit' = 'true' then 'cache'
    when p_final_usd is not null then 'price_card'
    when p_status = 'success' or p_tokens_input > 0 or p_tokens_output > 0 then 'unpriced'
end;
comment on function obs._cost_source(text, numeric, numeric, text, bigint, bigint, jsonb) is
'Where the cost of an event comes from: reported, cache, price_card or unpriced.';
