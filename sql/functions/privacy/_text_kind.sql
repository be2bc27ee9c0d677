-- obs._text_kind: what kind of raw data a text holds; NULL when redaction would leave it as it is
-- Called by: _cell_kind
-- Reads/Writes: nothing
-- Raises: nothing
-- A long text is looked at piece by piece, since redaction cuts it as a whole; the pieces overlap by 300 characters.
create or replace function obs._text_kind(p_text text, p_is_id boolean) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_text text;
    v_out text;
    v_kind text;
begin
    for v_at in 1..greatest(length(p_text), 1) by 2700 loop
        v_text := substr(p_text, v_at, 3000);
        v_out := case when p_is_id then obs._redact_id(null, v_text) else obs._redact_text(null, v_text) end;
        if v_out <> v_text then
            select m.found[1] into v_kind
            from regexp_matches(v_out, '(email|phone|card|iban|ssn|secret|number):masked', 'g') m (found)
            group by m.found[1]
            having count(*) > regexp_count(v_text, m.found[1] || ':masked')
            order by m.found[1]
            limit 1;
            return coalesce(v_kind, 'text');
        end if;
    end loop;
    return null;
end
$$;
comment on function obs._text_kind(text, boolean) is
'What kind of raw data a text holds; NULL when redaction would leave it as it is.';
