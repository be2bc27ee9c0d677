-- obs._redact_text: a text without e-mail addresses, phone, card and account numbers, keys, tokens and passwords
-- Called by: every way in that takes a text of a person or a program; _text_kind of the audit
-- Reads/Writes: tenant_peppers
-- Raises: nothing
-- A text over 16 kB, or suspect and over 3072 characters, is cut first.
create or replace function obs._redact_text(p_tenant_id text, p_text text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    if length(p_text) > 3072 and (octet_length(p_text) > 16384 or obs._suspect(p_text)) then
        return obs._cut_text(p_tenant_id, p_text);
    elsif obs._suspect(p_text) then
        return obs._scrub(p_tenant_id, p_text, false);
    end if;
    return p_text;
end
$$;
comment on function obs._redact_text(text, text) is
'A text without personal data and secrets; what was found is named in its place.';
