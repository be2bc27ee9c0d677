-- obs.set_price: sets what a unit of a vendor's work costs from a moment on
-- Called by: administrators
-- Reads/Writes: price_cards, audit_log
-- Raises: 22023 bad value, OB001 unknown tenant
-- The card before ends where this one begins; nothing already priced changes until reprice() is asked to.
create or replace function obs.set_price(
    p_vendor text,
    p_unit text,
    p_price_usd numeric,
    p_per_units bigint default 1,
    p_model_pattern text default '*',
    p_counted_in text default null,
    p_valid_from timestamptz default '-infinity',
    p_tenant_id text default null
) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
    if p_unit not in ('call', 'input_token', 'output_token', 'cached_token', 'reasoning_token') or p_unit is null then
        raise exception 'unit % is none of call, input_token, output_token, cached_token, reasoning_token', quote_nullable(left(p_unit, 64))
            using errcode = '22023';
    end if;
    if not coalesce(p_price_usd >= 0 and p_price_usd < 1000000 and p_per_units >= 1, false) then
        raise exception 'price % per % cannot be: it takes 0 to 1000000 dollars per 1 or more units', p_price_usd, p_per_units
            using errcode = '22023';
    end if;
    if not coalesce(p_model_pattern ~ '^[^*]*\*?$' and p_vendor <> '', false) then
        raise exception 'vendor must be given, and model pattern % may have one * at its end only',
            quote_nullable(left(p_model_pattern, 64))
            using errcode = '22023';
    end if;
    if p_counted_in not in ('input_token', 'output_token') then
        raise exception 'counted_in % is neither input_token nor output_token', quote_literal(left(p_counted_in, 64))
            using errcode = '22023';
    end if;
    if not coalesce(p_valid_from < 'infinity', false) then
        raise exception 'a price needs a moment to be valid from, not %', coalesce(p_valid_from::text, 'NULL') using errcode = '22023';
    end if;
    perform obs._known_tenant(p_tenant_id);
    update obs.price_cards c
    set valid_to = p_valid_from
    where c.tenant_id is not distinct from p_tenant_id
      and (c.vendor, c.model_pattern, c.unit) = (p_vendor, p_model_pattern, p_unit)
      and c.valid_from < p_valid_from and c.valid_to > p_valid_from;
    insert into obs.price_cards as c (
        tenant_id, vendor, model_pattern, unit, price_usd, per_units, counted_in, valid_from, valid_to, set_by
    )
    select
        p_tenant_id, p_vendor, p_model_pattern, p_unit, p_price_usd, p_per_units, p_counted_in, p_valid_from,
        coalesce((
            select min(n.valid_from) from obs.price_cards n
            where n.tenant_id is not distinct from p_tenant_id
              and (n.vendor, n.model_pattern, n.unit) = (p_vendor, p_model_pattern, p_unit)
              and n.valid_from > p_valid_from
        ), 'infinity'), obs._asker()
    on conflict (tenant_id, vendor, model_pattern, unit, valid_from) do update
        set price_usd = excluded.price_usd, per_units = excluded.per_units, counted_in = excluded.counted_in,
            set_by = excluded.set_by, set_at = excluded.set_at;
    perform obs._audit(p_tenant_id, 'set_price', jsonb_build_object(
        'vendor', p_vendor, 'model_pattern', p_model_pattern, 'unit', p_unit, 'price_usd', p_price_usd,
        'per_units', p_per_units, 'counted_in', p_counted_in, 'valid_from', p_valid_from
    ));
end
$$;
comment on function obs.set_price(text, text, numeric, bigint, text, text, timestamptz, text) is
'Sets the price in US dollars of p_per_units units (call, input_token, output_token, cached_token, reasoning_token) '
'of a vendor''s
model from p_valid_from on, for one tenant or (NULL) all. p_counted_in says that the vendor counts these tokens inside that total.';
