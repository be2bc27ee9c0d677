-- obs._mask_numbers: a text with its account, card, social-security and phone numbers masked
-- Called by: _scrub
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._mask_numbers(p_text text) returns text
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
    v_text text := p_text;
    v_lower text := lower(p_text collate "C");
begin
    if v_text ~ obs._pattern('iban') then
        v_text := obs._mask_accounts(v_text);
    end if;
    if v_text ~ obs._pattern('many_digits') then
        v_text := obs._mask_cards(v_text);
    end if;
    if strpos(v_text, '-') > 0 then
        v_text := regexp_replace(v_text, obs._pattern('ssn'), 'ssn:masked', 'g');
    end if;
    if strpos(v_lower, 'ssn') > 0 or strpos(v_lower, 'social') > 0 then
        v_text := regexp_replace(v_text, obs._pattern('ssn_labelled'), E'\\1ssn:masked', 'g');
    end if;
    if strpos(v_lower, 'phone') > 0 or strpos(v_lower, 'mobile') > 0 or strpos(v_lower, 'cell') > 0 or strpos(v_lower, 'fax') > 0
        or strpos(v_lower, 'tel') > 0 or strpos(v_lower, 'whatsapp') > 0 or strpos(v_lower, 'msisdn') > 0
    then
        v_text := regexp_replace(v_text, obs._pattern('phone_labelled'), E'\\1phone:masked', 'g');
    end if;
    if strpos(v_text, '+') > 0 or strpos(v_text, '(') > 0 then
        v_text := regexp_replace(v_text, obs._pattern('phone_abroad'), 'phone:masked', 'g');
    end if;
    if v_text ~ obs._pattern('digits') then
        v_text := regexp_replace(v_text, obs._pattern('phone'), 'phone:masked', 'g');
        v_text := regexp_replace(v_text, obs._pattern('phone_short'), 'phone:masked', 'g');
    end if;
    return v_text;
end
$$;
comment on function obs._mask_numbers(text) is 'A text with its account, card, social-security and phone numbers masked.';
