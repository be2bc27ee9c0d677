-- obs._unveil: a text as it would read without its disguises
-- Called by: _redact_text, _redact_id
-- Reads/Writes: nothing
-- Raises: nothing
-- Percent, JSON and HTML codes decoded (three layers), invisible characters removed, full-width and other compatible
-- characters made plain. Input is at most 16 kB. Backslashes stand in E'' strings, which a session's
-- standard_conforming_strings leaves alone; so in all of redaction.
create or replace function obs._unveil(p_text text) returns text
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
    -- Soft hyphen, zero-width and directional marks, variation selectors, byte order mark.
    c_invisible constant text := E'\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200d\u200e\u200f'
        '\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\u3164\ufe00\ufe01\ufe02\ufe03'
        '\ufe04\ufe05\ufe06\ufe07\ufe08\ufe09\ufe0a\ufe0b\ufe0c\ufe0d\ufe0e\ufe0f\ufeff\uffa0';
    -- Dashes, dots and line separators that compatibility leaves alone.
    c_odd constant text := E'\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u3002\uff61\u2028\u2029';
    v_text text := p_text;
begin
    for v_layer in 1..3 loop
        exit when v_text !~ obs._pattern('encoded');
        v_text := replace(replace(replace(v_text, E'\\u0040', '@'), '&#64;', '@'), '&#x40;', '@');
        v_text := replace(replace(replace(replace(v_text, '&commat;', '@'), '%EF%BC%A0', '@'), '%ef%bc%a0', '@'), '%25', '%');
        v_text := regexp_replace(v_text, E'\\\\\\\\{1,4}u00([2-7][0-9A-Fa-f])', E'%\\1', 'g');
        v_text := regexp_replace(to_json(v_text)::text, '%([2-7][0-9A-Fa-f])', E'\\\\u00\\1', 'g')::json #>> '{}';
    end loop;
    if octet_length(v_text) <> length(v_text) then
        v_text := translate(translate(v_text, c_invisible, ''), c_odd, '-------..  ');
        -- Ordering a long run of combining marks is quadratic: a text with one keeps its characters.
        if v_text !~ '[^ -~\u00a0-\u02ff\u0370-\u0482\u048a-\u0590\u1e00-\u20cf\u2100-\u3029\u3030-\u3098\u309b-\ua66e\uac00-\ud7ff\uff00-\uffef]{32}' then
            v_text := normalize(v_text, nfkc);
        end if;
    end if;
    return v_text;
end
$$;
comment on function obs._unveil(text) is
'A text as it would read without its disguises: decoded, visible, compatible characters made plain.';
