-- obs._redact_id: a name, code or id without e-mail addresses and secrets; its numbers stay
-- Called by: _mend_word, _id_valid, _quarantine, _mirror_run, _scan_sql, _text_kind
-- Reads/Writes: tenant_peppers
-- Raises: nothing
create or replace function obs._redact_id(p_tenant_id text, p_text text) returns text
language sql stable
return case when obs._suspect_id(p_text) then obs._scrub(p_tenant_id, left(p_text, 4000), true) else p_text end;
comment on function obs._redact_id(text, text) is 'A name, code or id without e-mail addresses and secrets; its numbers stay.';
