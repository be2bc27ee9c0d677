-- obs._key_class: what a key of extra promises about its value
-- Called by: _redact_json
-- Reads/Writes: nothing
-- Raises: nothing
-- The last word of a key tells: api_key, apiKey and X-Api-Key are one key, and prompt_tokens is a number of tokens.
create or replace function obs._key_class(p_key text) returns text
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
    v_key text;
    v_last text;
begin
    if p_key = any(obs._plain_keys()) then
        return 'plain';
    end if;
    v_key := left(p_key, 256);
    if v_key ~ '[^a-z_0-9]' then
        v_key := lower(translate(regexp_replace(v_key, '([a-z0-9])([A-Z])', '\1_\2', 'g'), '- .', '___') collate "C");
    end if;
    if v_key ~ '_(?:n|value|text|raw)' then
        v_key := regexp_replace(v_key, '_(?:number|num|no|nr|value|text|raw)$', '');
    end if;
    v_last := split_part(v_key, '_', -1);
    return case
        when v_last = any('{password,passwd,passphrase,passwort,pwd,secret,secrets,token,authorization,auth,cookie,cookies,apikey,'
            'credential,credentials,bearer,session,otp,pin,cvv,cvc,csrf,jwt,signature}'::text[])
            or (
                v_last in ('key', 'id')
                and v_key ~ '(?:(?:api|access|private|secret|signing|encryption)_key|session_id)$'
            ) then 'secret'
        when v_last = any('{prompt,prompts,message,messages,completion,completions,body,content,contents,html,transcript,'
            'instructions,choices,chat,conversation}'::text[]) then 'prompt'
        when v_last = any('{phone,phones,telephone,tel,mobile,cell,cellphone,fax,msisdn,whatsapp,ssn,card,iban,pan,passport}'::text[])
            or v_key in ('cc', 'social_security', 'tax_id', 'national_id', 'bank_account', 'account') then 'number'
        when v_last in ('surname', 'address', 'street', 'birthday', 'birthdate', 'dob', 'firstname', 'lastname', 'fullname')
            or (v_last = 'name' and v_key ~ '(?:first|last|full|given|family|middle|maiden|contact|person|customer|user)_name$')
            or strpos(v_key, 'birth') > 0 then 'personal'
        else 'other'
    end;
end
$$;
comment on function obs._key_class(text) is
'plain, secret, prompt, number, personal or other.';
