-- obs._one_line: a text as one line without control characters, at most so long
-- Called by: _plain_line, _message
-- Reads/Writes: nothing
-- Raises: nothing
-- What turns text around or hides in it (marks of direction, of zero width) goes too: a name must not look like another.
create or replace function obs._one_line(p_text text, p_limit int) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp
as $$
declare
    v_line text := btrim(regexp_replace(
        left(p_text, 8000), E'[\\x01-\\x20\\x7f-\\xa0\\u00ad\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff]+', ' ', 'g'
    ));
begin
    return nullif(case when length(v_line) > p_limit then rtrim(left(v_line, p_limit - 1)) || '…' else v_line end, '');
end
$$;
comment on function obs._one_line(text, int) is
'A text as one line without control characters, cut at a number of characters; NULL when nothing is left.';
