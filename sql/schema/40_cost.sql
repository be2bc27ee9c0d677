-- Price cards: what a unit of a vendor's work costs, for whom and when. Rows are closed, never edited.
create table if not exists obs.price_cards (
    tenant_id text collate "C" references obs.tenants on delete cascade,
    vendor text collate "C" not null,
    model_pattern text collate "C" not null default '*',
    unit text not null,
    price_usd numeric not null,
    per_units bigint not null default 1,
    counted_in text,
    valid_from timestamptz not null default '-infinity',
    valid_to timestamptz not null default 'infinity',
    set_by text not null default session_user,
    set_at timestamptz not null default clock_timestamp(),
    constraint price_cards_one_card_from_a_moment unique nulls not distinct (
        tenant_id, vendor, model_pattern, unit, valid_from
    ),
    constraint price_cards_unit_is_known check (
        unit in ('call', 'input_token', 'output_token', 'cached_token', 'reasoning_token')
    ),
    constraint price_cards_counted_in_is_a_total check (counted_in in ('input_token', 'output_token')),
    constraint price_cards_price_is_finite_and_not_negative check (price_usd >= 0 and price_usd < 1000000),
    constraint price_cards_per_units_is_positive check (per_units > 0),
    constraint price_cards_from_is_before_to check (valid_from < valid_to)
);
create index if not exists price_cards_vendor_unit_idx on obs.price_cards (vendor, unit);

create table if not exists obs.vendor_error_codes (
    tenant_id text collate "C" references obs.tenants on delete cascade,
    vendor text collate "C" not null,
    error_code text collate "C" not null,
    meaning text not null,
    constraint vendor_error_codes_one_meaning unique nulls not distinct (tenant_id, vendor, error_code),
    constraint vendor_error_codes_meaning_is_known check (meaning in ('rate_limit', 'quota'))
);
do $step$
begin perform obs._record_step('40_cost', 'cf0100fb4f2c8f5373c8ab791853a9cf636314d8fcb6b2100a796aab70b91e53');
end $step$;
