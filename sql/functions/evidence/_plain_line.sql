-- obs._plain_line: a text as one line without control characters and personal data, at most so long
-- Called by: _message
-- Reads/Writes: tenant_peppers
-- Raises: nothing
create or replace function obs._plain_line(p_tenant_id text, p_text text, p_limit int) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    return obs._one_line(obs._redact_text(nullif(p_tenant_id, ''), obs._one_line(p_text, 4000)), p_limit);
end
$$;
comment on function obs._plain_line(text, text, int) is
'A text as one line without control characters and personal data, cut at a number of characters; NULL when nothing is left.';
