-- obs._mask_accounts: a text with its IBANs masked
-- Called by: _mask_numbers
-- Reads/Writes: nothing
-- Raises: nothing
-- The country says how long it is, written in one or in groups of four. One character may be missing or too many, and its
-- check digits may be wrong: a mistyped account is somebody's too.
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
    v_whole int;
    v_end int;
    v_grouped boolean;
    v_account text;
    v_after text;
begin
    for v_i in 2..cardinality(v_parts) loop
        v_at := strpos(c_lengths, ' ' || upper(left(v_parts[v_i], 2)));
        v_whole := case when v_at > 0 then substr(c_lengths, v_at + 3, 2)::int end;
        v_grouped := substr(v_parts[v_i], 5, 1) = ' ';
        foreach v_at in array array[v_whole, v_whole - 1, v_whole + 1] loop
            exit when v_whole is null;
            v_end := case when v_grouped then v_at + (v_at - 1) / 4 else v_at end;
            v_account := replace(left(v_parts[v_i], v_end), ' ', '');
            v_after := substr(v_parts[v_i], v_end + 1, 1);
            if length(v_account) = v_at and ltrim(v_account, c_word) = '' and ltrim(v_after, c_word) = v_after then
                v_parts[v_i] := 'iban:masked' || substr(v_parts[v_i], v_end + 1);
                exit;
            end if;
        end loop;
        v_text := v_text || v_parts[v_i];
    end loop;
    return v_text;
end
$$;
comment on function obs._mask_accounts(text) is 'A text with its IBANs masked.';
