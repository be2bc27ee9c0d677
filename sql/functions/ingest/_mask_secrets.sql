-- obs._mask_secrets: a text with its keys, tokens and passwords masked
-- Called by: _redact_text, _redact_id
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._mask_secrets(p_text text) returns text
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
    v_text text := p_text;
begin
    if strpos(v_text, '://') > 0 and strpos(v_text, '@') > 0 then
        v_text := regexp_replace(v_text, obs._pattern('url_login'), '://secret:masked@', 'g');
    end if;
    if strpos(v_text, '-----BEGIN') > 0 then
        v_text := regexp_replace(v_text, obs._pattern('private_key'), 'secret:masked', 'g');
    end if;
    v_text := regexp_replace(v_text, obs._pattern('header'), '\1secret:masked', 'g');
    v_text := regexp_replace(v_text, obs._pattern('token'), 'secret:masked', 'g');
    v_text := regexp_replace(v_text, obs._pattern('password'), '\1secret:masked', 'g');
    return regexp_replace(v_text, obs._pattern('assignment'), '\1secret:masked', 'g');
end
$$;
comment on function obs._mask_secrets(text) is 'A text with its keys, tokens and passwords masked.';
