-- obs._mask_found: a text with the secrets of one kind masked
-- Called by: _mask_secrets
-- Reads/Writes: nothing
-- Raises: nothing
-- p_kind names the expression; its group is a label and stays. What a token goes on with behind its known part goes too.
create or replace function obs._mask_found(p_kind text, p_text text) returns text
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
    v_parts text[];
    -- Without a label there is no group to look for, which costs less.
    v_text text := case p_kind
        when 'password' then regexp_replace(p_text, obs._pattern('password'), E'\x1c\\1\x1f\\&\x1f', 'g')
        when 'assignment' then regexp_replace(p_text, obs._pattern('assignment'), E'\x1c\\1\x1f\\&\x1f', 'g')
        when 'token' then regexp_replace(p_text, obs._pattern('token'), E'\x1c\x1f\\&\x1f', 'g')
    end;
    v_label text;
    v_found text;
    v_rest text;
    v_quote text;
    v_more text;
begin
    if v_text = p_text then
        return p_text;
    end if;
    v_parts := string_to_array(v_text, E'\x1c');
    v_text := v_parts[1];
    for v_i in 2..cardinality(v_parts) loop
        v_label := split_part(v_parts[v_i], E'\x1f', 1);
        v_found := split_part(v_parts[v_i], E'\x1f', 2);
        v_rest := split_part(v_parts[v_i], E'\x1f', 3);
        v_quote := right(v_label, 1);
        if p_kind = 'password' and v_quote in ('"', '''') and left(v_rest, 1) <> v_quote then
            -- A quoted one with a digit in it may hold blanks.
            v_more := split_part(left(v_rest, 64), v_quote, 1);
            if length(v_more) < least(length(v_rest), 64) and strpos(v_more, E'\n') = 0
                and translate(v_found || v_more, '0123456789', '') <> v_found || v_more
            then
                v_found := v_found || v_more;
                v_rest := substr(v_rest, length(v_more) + 1);
            end if;
        end if;
        -- A text with more of them than that is made to be dear.
        if v_i > 65 or obs._is_secret(p_kind, v_label, substr(v_found, length(v_label) + 1), v_rest) then
            v_found := v_label || 'secret:masked';
            if p_kind = 'token' then
                v_rest := ltrim(v_rest, 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_~=.+/-');
            end if;
        end if;
        v_text := v_text || v_found || v_rest;
    end loop;
    return v_text;
end
$$;
comment on function obs._mask_found(text, text) is 'A text with the secrets of one kind masked.';
