-- obs._unveil: a text as it would read without its disguises
-- Called by: _scrub, email_hashes
-- Reads/Writes: nothing
-- Raises: nothing
-- Percent, JSON and HTML codes decoded (three layers), invisible characters removed, full-width and other compatible
-- characters made plain. Input is at most 16 kB. Backslashes stand in E'' strings, which a session's
-- standard_conforming_strings leaves alone; so in all of redaction. No control character is left but tabs and line ends.
create or replace function obs._unveil(p_text text) returns text
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
    -- What compatibility leaves alone: dashes, dots, line separators, digits of other scripts; and address signs, also for
    -- a text that is not made compatible.
    c_odd constant text := E'\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u3002\uff61\u2028\u2029\uff20\ufe6b\u0660\u0661\u0662'
        '\u0663\u0664\u0665\u0666\u0667\u0668\u0669\u06f0\u06f1\u06f2\u06f3\u06f4\u06f5\u06f6\u06f7\u06f8\u06f9';
    c_plain constant text := '-------..  @@01234567890123456789';
    v_text text := p_text;
    v_before text;
begin
    if strpos(v_text, E'\x1b[') > 0 then
        v_text := regexp_replace(v_text, E'\x1b\\[[0-9;]*[A-Za-z]', '', 'g');
    end if;
    for v_layer in 1..3 loop
        v_before := v_text;
        if strpos(v_text, '&') > 0 then
            v_text := obs._decode_entities(v_text);
        end if;
        -- A code of JSON is read by JSON's own reader; half a character, and zero, are left as they stand.
        if strpos(v_text, E'\\') > 0 then
            v_text := regexp_replace(
                to_json(replace(replace(replace(replace(
                    v_text, E'\\x40', E'\\u0040'), E'\\u{40}', E'\\u0040'), E'\\U00000040', E'\\u0040'), E'\\100', E'\\u0040'
                ))::text,
                E'(?:\\\\\\\\){1,4}u((?:[1-9A-CEFa-cef][0-9A-Fa-f]|0[1-9A-Fa-f]|[Dd][0-7])[0-9A-Fa-f]{2}|00[2-9A-Fa-f][0-9A-Fa-f])',
                E'\\\\u\\1', 'g'
            )::json #>> '{}';
        end if;
        if strpos(v_text, '%') > 0 then
            v_text := replace(replace(replace(replace(v_text, '%u0040', '@'), '%25', '%'), '%EF%BC%A0', '@'), '%ef%bc%a0', '@');
            v_text := replace(replace(v_text, '%EF%B9%AB', '@'), '%ef%b9%ab', '@');
            v_text := regexp_replace(to_json(v_text)::text, '%([2-7][0-9A-Fa-f])', E'\\\\u00\\1', 'g')::json #>> '{}';
        end if;
        if strpos(v_text, '=40') > 0 then
            v_text := regexp_replace(
                v_text, E'([A-Za-z0-9._+-])=40([A-Za-z][A-Za-z0-9-]*(?:\\.[A-Za-z0-9-]+)*\\.[A-Za-z]{2})', E'\\1@\\2', 'g'
            );
        end if;
        exit when v_text = v_before;
    end loop;
    v_text := regexp_replace(v_text, obs._pattern('unseen'), '', 'g');
    if octet_length(v_text) <> length(v_text) then
        v_text := translate(v_text, c_odd, c_plain);
        -- Ordering a long run of combining marks is quadratic: a text with one keeps its characters.
        if v_text !~ obs._pattern('odd_run') then
            v_text := normalize(v_text, nfkc);
        end if;
    end if;
    return v_text;
end
$$;
comment on function obs._unveil(text) is
'A text as it would read without its disguises: decoded, visible, compatible characters made plain.';
