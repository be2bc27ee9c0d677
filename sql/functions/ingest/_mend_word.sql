-- obs._mend_word: a name, code or id as it may be stored: printable, impersonal, at most 128 characters, never empty
-- Called by: _mend, _open_run, _put_metric, and _compared_totals and _paired_events, which read names as they were stored
-- Reads/Writes: tenant_peppers
-- Raises: nothing
create or replace function obs._mend_word(p_tenant_id text, p_word text) returns text
language sql stable
return nullif(
    left(obs._redact_id(p_tenant_id, regexp_replace(left(p_word, 1024), '[[:cntrl:]]', ' ', 'g')), 128), ''
);
comment on function obs._mend_word(text, text) is
'A name, code or id as it may be stored: printable, impersonal, 1 to 128 characters.';
