-- obs._mask_secrets: a text with its keys, tokens and passwords masked
-- Called by: _scrub
-- Reads/Writes: nothing
-- Raises: nothing
-- What is left of a login in a URL would be taken for an address: its sign is a control character until all else is done.
create or replace function obs._mask_secrets(p_text text) returns text
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
    v_text text := p_text;
    v_lower text := lower(p_text collate "C");
begin
    if strpos(v_text, '://') > 0 and strpos(v_text, '@') > 0 then
        v_text := regexp_replace(v_text, obs._pattern('url_login'), E'://secret:masked\x1d', 'g');
    end if;
    if strpos(v_text, '-----BEGIN') > 0 then
        v_text := regexp_replace(v_text, obs._pattern('private_key'), 'secret:masked', 'g');
    end if;
    if strpos(v_lower, 'authoriz') > 0 or strpos(v_lower, 'cookie') > 0 then
        v_text := regexp_replace(v_text, obs._pattern('header'), E'\\1secret:masked', 'g');
    end if;
    if strpos(v_lower, 'passw') > 0 or strpos(v_lower, 'pwd') > 0 or strpos(v_lower, 'secret') > 0 or strpos(v_lower, 'phrase') > 0
        or strpos(v_lower, '_pass') > 0 or strpos(v_lower, 'identified by') > 0
    then
        v_text := obs._mask_found('password', v_text);
    end if;
    if v_text ~ obs._pattern('value') and (
        strpos(v_lower, 'token') > 0 or strpos(v_lower, 'key') > 0 or strpos(v_lower, 'auth') > 0 or strpos(v_lower, 'login') > 0
        or strpos(v_lower, 'cred') > 0 or strpos(v_lower, 'session') > 0 or strpos(v_lower, 'bearer') > 0 or strpos(v_lower, 'sig') > 0
        or strpos(v_lower, 'basic') > 0 or strpos(v_lower, 'code=') > 0 or strpos(v_lower, 'sid=') > 0
        or strpos(v_lower, 'sourcegraph') > 0
    ) then
        v_text := obs._mask_found('assignment', v_text);
    end if;
    -- A key fc-… is made of the digits of a hash.
    if v_text ~ obs._pattern('long_run') and (
        strpos(v_text, 'fc-') > 0 or regexp_replace(v_text, obs._pattern('plain_run'), '', 'g') ~ obs._pattern('long_run')
    ) then
        if strpos(v_text, '.ey') > 0 or strpos(v_text, 'eyJ') > 0 or strpos(v_text, 'eyI') > 0 then
            v_text := regexp_replace(v_text, obs._pattern('jwt'), 'secret:masked', 'g');
        end if;
        v_text := obs._mask_found('token', v_text);
    end if;
    return v_text;
end
$$;
comment on function obs._mask_secrets(text) is
'A text with its keys, tokens and passwords masked.';
