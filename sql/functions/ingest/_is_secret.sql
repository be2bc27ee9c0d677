-- obs._is_secret: whether what an expression has found is a secret, and not only written like one
-- Called by: _mask_found
-- Reads/Writes: nothing
-- Raises: nothing
-- Lengths and alphabets are the issuers'. p_kind: the expression; p_label: what stands before the value and stays;
-- p_rest: what follows it.
create or replace function obs._is_secret(p_kind text, p_label text, p_value text, p_rest text) returns boolean
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
    c_letters constant text := 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
    c_hex constant text := '0123456789abcdefABCDEF';
    c_said constant text[] :=
        '{required,must,missing,invalid,incorrect,wrong,empty,cannot,"null",none,true,false,undefined,expired,failed}'::text[];
    v_lower constant text := lower(p_value collate "C");
    v_label constant text := lower(p_label collate "C");
    v_length constant int := length(p_value);
    v_rest text;
begin
    if p_kind = 'password' then
        -- Without a sign between, or behind >, or of a label that may count what passed, it must be quoted or an option's and hold
        -- letters and digits.
        if (v_label !~ '[=:]|->' or v_label like '%\_pass%') and (
            ltrim(v_lower, 'abcdefghijklmnopqrstuvwxyz') = '' or ltrim(v_lower, '0123456789.,') = ''
            or not (v_label ~ '["'']$|[=:>]' or v_label like '--%' or v_label like 'identified%')
        ) then
            return false;
        end if;
        -- A mask, a variable, a row of x, or what is said of a password.
        return v_lower not like 'masked%' and v_lower not like 'secret:masked%' and strpos(v_lower, 'xxxxxxxx') = 0
            and left(v_lower, 2) not in ('${', '$(', '{{', '%(', '%s')
            and not (left(v_lower, 1) = '$' and rtrim(substr(p_value, 2), 'ABCDEFGHIJKLMNOPQRSTUVWXYZ_') = '')
            and btrim(v_lower, '.*x') <> ''
            and v_length >= 4
            and rtrim(v_lower, '.!?)') <> all(c_said);
    elsif p_kind = 'assignment' then
        v_rest := ltrim(p_value, c_letters || '_~.+/=%-');
        if split_part(v_lower, '_', 1) = any(c_said) or length(v_rest) < 11 or v_length - length(v_rest) > 40 or left(lower(p_label), 4) in ('publ', 'csrf', 'xsrf', 'page')
            or (left(p_value, 1) = '/' and split_part(p_value, '/', 2) in ('bin', 'etc', 'home', 'opt', 'run', 'tmp', 'usr', 'var'))
        then
            return false;
        end if;
    elsif not (case
        when strpos(p_value, 'Q~') > 3 then v_length >= strpos(p_value, 'Q~') + 32
            and substr(p_value, strpos(p_value, 'Q~') - 1, 1) between '0' and '9'
        when p_value like 'gl%-%' then case split_part(p_value, '-', 1)
            when 'glptt' then v_length = 46
            when 'gloas' then v_length = 70
            when 'glimt' then v_length = 31
            when 'glagent' then v_length >= 58
            else split_part(p_value, '-', 1) = any('{glpat,gldt,glft,glsoat,glrt,glrtr,glcbt,glffct}'::text[])
                and length(substr(p_value, strpos(p_value, '-') + 1)) >= 20
                and (length(substr(p_value, strpos(p_value, '-') + 1)) <= 50 or p_rest like '.__.%')
        end
        when p_value like 'sk-%' then case
            when v_lower like 'sk-proj-%' or v_lower like 'sk-admin-%' or v_lower like 'sk-svcacct-%'
                then strpos(p_value, 'T3BlbkFJ') > 0 or v_length >= 64
            else v_length >= 23 and ltrim(substr(p_value, 4), c_letters || '-_') <> ''
        end
        when p_value like 'lsv2\_%' or p_value like 'apify\_%' then v_length >= 40
        when p_value like 'ls\_\_%' then v_length = 36 and ltrim(right(p_value, 32), c_hex) = ''
        when p_value like 'fc-%' then v_length = 35 and ltrim(right(p_value, 32), c_hex) = ''
        when p_value like 'tvly-%' then v_length >= 25 and ltrim(substr(p_value, 6), c_letters || '-') <> ''
        when p_value like 'xai-%' then v_length >= 60
        when p_value like 'BSA%' then v_length between 30 and 32 and ltrim(p_value, c_letters || '_-') <> ''
        when p_value like 'GR1348941%' then v_length between 29 and 59
        when p_value like 'ntn\_%' then v_length = 50
        when p_value like 'pplx-%' then v_length = 53
        when p_value like 'rdme\_%' then v_length = 75
        when p_value like 'dapi%' then v_length in (36, 38) and ltrim(substr(p_value, 5, 32), c_hex) = ''
        when p_value like 'sgp\_%' then v_length >= 44 and ltrim(right(p_value, 40), c_hex) = ''
        when p_value like 'SG.%' then v_length >= 60
        when p_value like 'SK%' or p_value like 'AC%' then v_length = 34 and p_value = left(p_value, 2) || lower(substr(p_value, 3))
        when p_value like 'API-%' then v_length = 30 and p_value = upper(p_value)
        when p_value like '4b1d%' then v_length = 42
        when p_value like 'ico-%' then v_length = 36
        when p_value like 'A3-%' then v_length >= 34
        when p_value like '%\_mmk' then v_length = 40
        when p_value like 'key-%' or p_value like 'pubkey-%' then length(split_part(p_value, '-', 2)) = 32
        when strpos(p_value, ':AA') > 0 then length(replace(split_part(p_value, ':', 1), '/bot', '')) between 8 and 10
            and length(split_part(p_value, ':', 2)) >= 35
        when p_value like '%-us_' or p_value like '%-us__' then strpos(p_value, '-') = 33
        when strpos(p_value, '.atlasv1.') > 0 then v_length >= 60
        when p_value like '%.%.%' and left(p_value, 1) in ('M', 'N', 'O') then length(split_part(p_value, '.', 1)) between 24 and 26
            and length(split_part(p_value, '.', 2)) = 6 and length(split_part(p_value, '.', 3)) between 27 and 38
        when p_value like '_k\_%' then v_length >= 18
        else v_length >= 20
    end)
    then
        return false;
    end if;
    -- Nobody's: what stands where a secret would, or repeats few characters. Some issuers' own examples are rows of x.
    if left(p_value, 2) in ('SK', 'AC') or p_value like 'hooks.%' then
        return true;
    end if;
    v_rest := p_value;
    for v_round in 1..4 loop
        v_rest := replace(v_rest, left(v_rest, 1), '');
        exit when v_rest = '';
    end loop;
    return v_rest <> '' and strpos(v_lower, 'example') = 0 and strpos(v_lower, 'placeholder') = 0 and strpos(v_lower, 'changeme') = 0
        and strpos(v_lower, 'abcdefghijklm') = 0 and strpos(v_lower, 'xxxxxxxx') = 0 and strpos(v_lower, '000000000000') = 0;
end
$$;
comment on function obs._is_secret(text, text, text, text) is
'Whether what an expression has found is a secret, and not only written like one.';
