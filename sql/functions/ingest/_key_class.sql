-- obs._key_class: what a key of extra promises about its value
-- Called by: _redact_member
-- Reads/Writes: nothing
-- Raises: nothing
-- The last word of a key tells: api_key, apiKey and X-Api-Key are one key, and prompt_tokens is a number of tokens.
create or replace function obs._key_class(p_key text) returns text
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
    v_key text := translate(left(p_key, 256), '- .', '___');
    v_words text[];
    v_last text;
    v_pair text;
begin
    if p_key = any(obs._plain_keys()) then
        return 'plain';
    elsif rtrim(p_key, 'abcdefghijklmnopqrstuvwxyz_') = '' and (p_key || '"') !~ obs._pattern('odd_word') then
        return 'other';
    end if;
    if v_key <> lower(v_key collate "C") then
        v_key := lower(regexp_replace(v_key, '([a-z0-9])([A-Z])', E'\\1_\\2', 'g') collate "C");
    end if;
    v_words := string_to_array(v_key, '_');
    if cardinality(v_words) > 1 and v_words[cardinality(v_words)] in ('number', 'num', 'no', 'nr', 'value', 'text', 'raw') then
        v_words := trim_array(v_words, 1);
    end if;
    v_last := coalesce(v_words[cardinality(v_words)], '');
    v_pair := v_words[cardinality(v_words) - 1] || '_' || v_last;
    return case
        when v_last = any('{password,passwd,passphrase,passwort,pwd,secret,secrets,token,authorization,auth,cookie,cookies,apikey,'
            'credential,credentials,bearer,session,otp,pin,cvv,cvc,csrf,jwt,signature}'::text[])
            or v_pair in (
                'api_key', 'access_key', 'private_key', 'secret_key', 'signing_key', 'encryption_key', 'session_id'
            ) then 'secret'
        when v_last = any('{prompt,prompts,message,messages,completion,completions,body,content,contents,html,transcript,'
            'instructions,choices,chat,conversation}'::text[]) then 'prompt'
        when v_last = any('{phone,phones,telephone,tel,mobile,cell,cellphone,fax,msisdn,whatsapp,ssn,card,iban,pan,passport}'::text[])
            or (cardinality(v_words) = 1 and v_last in ('cc', 'account'))
            or v_pair in ('social_security', 'tax_id', 'national_id', 'bank_account') then 'number'
        when v_last in ('surname', 'address', 'street', 'birthday', 'birthdate', 'dob', 'firstname', 'lastname', 'fullname')
            or v_pair = any('{first_name,last_name,full_name,given_name,family_name,middle_name,maiden_name,contact_name,'
                'person_name,customer_name,user_name}'::text[])
            or strpos(v_key, 'birth') > 0 then 'personal'
        else 'other'
    end;
end
$$;
comment on function obs._key_class(text) is
'plain, secret, prompt, number, personal or other.';
