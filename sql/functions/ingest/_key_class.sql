-- obs._key_class: what a key of extra promises about its value
-- Called by: _redact_json
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._key_class(p_key text) returns text
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
    -- apiKey, api-key and API_KEY are one key.
    v_key text := lower(translate(regexp_replace(p_key, '([a-z0-9])([A-Z])', '\1_\2', 'g'), '- .', '___') collate "C");
begin
    return case
        when v_key = any(obs._plain_keys()) then 'plain'
        when v_key ~ obs._pattern('key_secret') then 'secret'
        when v_key ~ obs._pattern('key_prompt') then 'prompt'
        when v_key ~ obs._pattern('key_number') then 'number'
        when v_key ~ obs._pattern('key_personal') then 'personal'
        else 'other'
    end;
end
$$;
comment on function obs._key_class(text) is 'plain, secret, prompt, number, personal or other.';
