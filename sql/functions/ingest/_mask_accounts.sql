-- obs._mask_accounts: a text with its IBANs masked
-- Called by: _mask_numbers
-- Reads/Writes: nothing
-- Raises: nothing
-- The country says how long it is, written in one or in groups of four; its check digits may be mistyped.
create or replace function obs._mask_accounts(p_text text) returns text
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
    c_lengths constant text := ' NO15 BE16 DK18 FI18 FO18 GL18 NL18 SD18 MK19 SI19 AT20 BA20 EE20 KZ20 LT20 LU20 XK20 CH21 CR21'
        ' HR21 LI21 LV21 BG22 BH22 DE22 GB22 GE22 IE22 ME22 RS22 VA22 AE23 GI23 IL23 IQ23 TL23 OM23 AD24 CZ24 ES24 MD24 PK24 RO24'
        ' SA24 SE24 SK24 TN24 VG24 PT25 ST25 LY25 IS26 TR26 FR27 GR27 IT27 MC27 MR27 SM27 DJ27 BI27 AL28 AZ28 BY28 CY28 DO28 GT28'
        ' HU28 LB28 PL28 SV28 NI28 BR29 EG29 PS29 QA29 UA29 JO30 KW30 MU30 MT31 SC31 LC32 RU33 ';
    c_word constant text := 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_';
    v_parts text[] := string_to_array(regexp_replace(p_text, obs._pattern('iban'), E'\x1c\\&', 'g'), E'\x1c');
    v_text text := v_parts[1];
    v_at int;
    v_length int;
    v_whole int;
begin
    for v_i in 2..cardinality(v_parts) loop
        v_at := strpos(c_lengths, ' ' || upper(left(v_parts[v_i], 2)));
        v_length := case when v_at > 0 then substr(c_lengths, v_at + 3, 2)::int else 0 end;
        v_whole := v_length;
        if substr(v_parts[v_i], 5, 1) = ' ' then
            v_length := v_length + (v_length - 1) / 4;
        end if;
        if v_length > 0 and length(v_parts[v_i]) >= v_length
            and length(replace(left(v_parts[v_i], v_length), ' ', '')) = v_whole
            and ltrim(replace(left(v_parts[v_i], v_length), ' ', ''), c_word) = ''
            and ltrim(substr(v_parts[v_i], v_length + 1, 1), c_word) = substr(v_parts[v_i], v_length + 1, 1)
        then
            v_text := v_text || 'iban:masked' || substr(v_parts[v_i], v_length + 1);
        else
            v_text := v_text || v_parts[v_i];
        end if;
    end loop;
    return v_text;
end
$$;
comment on function obs._mask_accounts(text) is 'A text with its IBANs masked.';
