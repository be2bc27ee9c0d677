-- obs._price: what one call costs by the price cards valid at its moment; NULL when a card is missing
-- Called by: _final_usd, reprice, _paired_events
-- Reads/Writes: price_cards
-- Raises: nothing
-- The tenant's card beats the global one, an exact model a prefix, a longer prefix a shorter, a later card an earlier.
-- Cached or reasoning tokens have a price of their own only where a card says so; counted_in tells that the vendor
-- reports them inside the total, from which they are then taken.
create or replace function obs._price(
    p_tenant_id text,
    p_vendor text,
    p_model text,
    p_ts timestamptz,
    p_calls int,
    p_tokens_input bigint,
    p_tokens_output bigint,
    p_tokens_cached bigint,
    p_tokens_reasoning bigint
) returns numeric
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    return (
    with card as (
        select
            u.unit,
            u.units,
            c.price,
            c.counted_in
        from (
            values
            ('call', p_calls::bigint),
            ('input_token', coalesce(p_tokens_input, 0)),
            ('output_token', coalesce(p_tokens_output, 0)),
            ('cached_token', coalesce(p_tokens_cached, 0)),
            ('reasoning_token', coalesce(p_tokens_reasoning, 0))
        ) as u (unit, units)
        left join lateral (
            select
                k.price_usd / k.per_units as price,
                k.counted_in
            from obs.price_cards as k
            where k.vendor = p_vendor
                and k.unit = u.unit
                and (k.tenant_id is null or k.tenant_id = p_tenant_id)
                and p_ts >= k.valid_from
                and p_ts < k.valid_to
                and (
                    k.model_pattern = '*'
                    or k.model_pattern = p_model
                    or (right(k.model_pattern, 1) = '*' and starts_with(p_model, left(k.model_pattern, -1)))
                )
            order by
                k.tenant_id nulls last,
                (k.model_pattern = p_model) desc,
                length(k.model_pattern) desc,
                k.valid_from desc
            limit 1
        ) as c on true
    ),
    billed as (
        select
            d.unit,
            d.price,
            d.units - coalesce(
                (select sum(i.units) from card as i where i.counted_in = d.unit and i.price is not null), 0
            ) as units
        from card as d
    )
    select
        case
            when bool_or(b.unit = 'call' and b.price is not null)
                or (
                    coalesce(p_tokens_input, 0) + coalesce(p_tokens_output, 0) > 0
                    and not bool_or(b.unit in ('input_token', 'output_token') and b.units > 0 and b.price is null)
                )
                then coalesce(sum(greatest(b.units, 0) * b.price), 0)
        end
    from billed as b
    );
end
$$;
comment on function obs._price(text, text, text, timestamptz, int, bigint, bigint, bigint, bigint) is
'US dollars of one call by the price cards valid at its moment, unrounded; NULL when no card covers it.';
