-- obs._redact_text: a text without e-mail addresses, phone, card and account numbers, keys, tokens and passwords
-- Called by: _mend, _redact_json, _open_run, _take_host_run, discard_run
-- Reads/Writes: tenant_peppers
-- Raises: nothing
-- A text over 16 kB, or suspect and over 4096 characters, is cut first: its head and end stay, scrubbed, and its size and hash.
create or replace function obs._redact_text(p_tenant_id text, p_text text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_plain text;
    v_text text;
begin
    if length(p_text) > 4096 and (octet_length(p_text) > 16384 or obs._suspect(p_text)) then
        -- Cut at spaces, and not within a number, so that nothing is cut in two and missed.
        v_text := left(p_text, 2000);
        v_text := left(v_text, length(v_text) - strpos(translate(reverse(right(v_text, 250)), E'\n\r\t', '   '), ' '));
        -- The end of a key that began before it would not be known for one.
        v_plain := case when strpos(p_text, 'PRIVATE KEY') = 0 then substring(right(p_text, 1000) from E'^\\S{0,250}\\s(.*)$') end;
        return obs._redact_text(p_tenant_id, rtrim(v_text, ' 0123456789().+-'))
            || ' [cut from ' || octet_length(p_text) || ' bytes, ' || obs._keyed_hash(p_tenant_id, p_text) || '] '
            || obs._redact_text(p_tenant_id, ltrim(coalesce(v_plain, ''), ' 0123456789().+-'));
    end if;
    if not obs._suspect(p_text) then
        return p_text;
    end if;
    v_plain := case
        when octet_length(p_text) = length(p_text) and strpos(p_text, '%') = 0 and strpos(p_text, '&') = 0
            and strpos(p_text, E'\\') = 0 then p_text
        else obs._unveil(p_text)
    end;
    v_text := obs._mask_secrets(v_plain);
    if strpos(v_text, '@') > 0 then
        v_text := obs._mask_emails(p_tenant_id, v_text);
    end if;
    if strpos(v_text, 'at)') > 0 or strpos(v_text, 'at]') > 0 or strpos(v_text, ' dot ') > 0 then
        v_text := regexp_replace(v_text, obs._pattern('email_spelled'), 'email:masked', 'g');
    end if;
    if v_text ~ obs._pattern('base64_text') then
        v_text := obs._mask_runs(v_text);
    end if;
    if v_text ~ obs._pattern('digits') then
        v_text := obs._mask_numbers(v_text);
    end if;
    -- What was only disguised, and held nothing, stays as it came.
    return case when v_text = v_plain then p_text else v_text end;
end
$$;
comment on function obs._redact_text(text, text) is
'A text without personal data and secrets; what was found is named in its place.';
