-- obs._hides_email: whether a run of base64 characters or hexadecimal digits decodes to a text with an e-mail address
-- Called by: _mask_runs
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._hides_email(p_run text, p_encoding text) returns boolean
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
    v_width constant int := case p_encoding when 'base64' then 4 else 2 end;
    v_run text := p_run;
    v_part text;
begin
    if p_encoding = 'base64' then
        v_run := translate(rtrim(p_run, '='), E'-_\r\n', '+/');
    end if;
    if not (case p_encoding when 'base64' then v_run ~ obs._pattern('base64_at') else strpos(v_run, '40') > 0 end) then
        return false;
    end if;
    -- The text may begin anywhere in the run: four ways to cut it into quads, two to cut it into bytes.
    for v_offset in 0..v_width - 1 loop
        v_part := substr(v_run, 1 + v_offset);
        v_part := case p_encoding
            when 'base64' then rpad(v_part, (length(v_part) + 3) / 4 * 4, 'A') else left(v_part, length(v_part) / 2 * 2)
        end;
        -- A zero, as every second byte in UTF-16, is passed over.
        if replace(encode(decode(v_part, p_encoding), 'escape'), E'\\000', '') ~ obs._pattern('decoded_email') then
            return true;
        end if;
    end loop;
    return false;
end
$$;
comment on function obs._hides_email(text, text) is
'Whether a run of base64 characters or hexadecimal digits decodes to a text with an e-mail address.';
