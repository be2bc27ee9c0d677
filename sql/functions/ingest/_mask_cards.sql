-- obs._mask_cards: a text with its card numbers masked
-- Called by: _mask_numbers
-- Reads/Writes: nothing
-- Raises: nothing
-- In groups, or in a text that speaks of cards, whatever its digits are: a mistyped card is somebody's too. Bare digits must pass
-- Luhn's test, which nine of ten other numbers fail.
create or replace function obs._mask_cards(p_text text) returns text
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
    v_parts text[];
    v_text text;
    v_found text;
    v_sum int;
begin
    if p_text ~* '(?<![a-z])(?:card|kart|carte|tarjeta|visa|amex|credit|debit|kredit|master)' then
        return regexp_replace(p_text, obs._pattern('card'), 'card:masked', 'g');
    end if;
    v_parts := string_to_array(regexp_replace(p_text, obs._pattern('card'), E'\x1c\\&\x1f', 'g'), E'\x1c');
    v_text := v_parts[1];
    for v_i in 2..cardinality(v_parts) loop
        v_found := split_part(v_parts[v_i], E'\x1f', 1);
        v_sum := 0;
        -- Beyond so many a text is a list, and testing them costs more than it tells.
        if v_i <= 33 and ltrim(v_found, '0123456789') = '' then
            for v_at in 1..length(v_found) loop
                v_sum := v_sum + substr(
                    case when (length(v_found) - v_at) % 2 = 0 then '0123456789' else '0246813579' end,
                    1 + substr(v_found, v_at, 1)::int, 1
                )::int;
            end loop;
        end if;
        v_text := v_text || case when v_sum % 10 = 0 then 'card:masked' else v_found end || split_part(v_parts[v_i], E'\x1f', 2);
    end loop;
    return v_text;
end
$$;
comment on function obs._mask_cards(text) is 'A text with its card numbers masked.';
