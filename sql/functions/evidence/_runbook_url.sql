-- obs._runbook_url: where a runbook can be read
-- Called by: _message
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._runbook_url(p_base text, p_code text) returns text
language sql immutable parallel safe
return case when strpos(p_base, '{code}') > 0 then replace(p_base, '{code}', p_code) else p_base || p_code || '.md' end;
comment on function obs._runbook_url(text, text) is
'The setting runbook_base_url with the code in place of {code}, else followed by it and .md.';
