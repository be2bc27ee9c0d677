-- obs._final_usd: what an event costs: as reported, else nothing for a cache hit, else by the price cards
-- Called by: _place, _store_batch, _store_fresh, log_event
-- Reads/Writes: price_cards
-- Raises: nothing
-- Calls alone are priced; the cards are asked only where nothing was reported.
create or replace function obs._final_usd(
    p_kind text, p_cost_usd numeric, p_tenant_id text, p_vendor text, p_model text, p_ts timestamptz, p_status text,
    p_tokens_input bigint, p_tokens_output bigint, p_extra jsonb
) returns numeric
language sql stable
return case
    when p_cost_usd is not null or p_kind <> 'call' then p_cost_usd
    when p_extra -> 'cache_hit' = 'true' then 0
    else obs._price(
        p_tenant_id, p_vendor, p_model, p_ts, (p_status = 'success')::int, p_tokens_input, p_tokens_output,
        obs._extra_tokens(p_extra, 'tokens_cached'), obs._extra_tokens(p_extra, 'tokens_reasoning')
    )
end;
comment on function obs._final_usd(text, numeric, text, text, text, timestamptz, text, bigint, bigint, jsonb) is
'US dollars of an event: as reported, else 0 for a cache hit, else by the price cards; NULL when not known.';
