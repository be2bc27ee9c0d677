-- obs._decode_entities: a text with HTML's codes of printable characters decoded
-- Called by: _unveil
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._decode_entities(p_text text) returns text
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
    v_parts text[] := string_to_array(regexp_replace(
        replace(replace(p_text, '&amp;', '&'), '&commat;', '@'), '&#0*64(?![0-9;])', '@', 'g'
    ), '&#');
    v_text text := v_parts[1];
    v_name text;
    v_digits text;
    v_code int;
begin
    for v_i in 2..cardinality(v_parts) loop
        v_name := split_part(v_parts[v_i], ';', 1);
        v_code := 0;
        if left(v_name, 1) in ('x', 'X') then
            v_digits := ltrim(substr(v_name, 2), '0');
            if length(v_digits) between 2 and 4 and btrim(v_digits, '0123456789abcdefABCDEF') = '' then
                v_code := ('x' || lpad(v_digits, 8, '0'))::bit(32)::int;
            end if;
        else
            v_digits := ltrim(v_name, '0');
            if length(v_digits) between 2 and 5 and btrim(v_digits, '0123456789') = '' then
                v_code := v_digits::int;
            end if;
        end if;
        v_text := v_text || case
            when (v_code between 32 and 126 or v_code between 160 and 55295 or v_code between 57344 and 65533)
                and length(v_name) < length(v_parts[v_i])
                then chr(v_code) || substr(v_parts[v_i], length(v_name) + 2)
            else '&#' || v_parts[v_i]
        end;
    end loop;
    return v_text;
end
$$;
comment on function obs._decode_entities(text) is 'A text with HTML''s codes of printable characters decoded.';
