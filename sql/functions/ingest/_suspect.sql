-- obs._suspect: whether a text could hold anything personal or secret
-- Called by: _redact_text, _redact_json, _cell_kind, _cut_text, _extra_dear, _may_hold, _redact_extra, _redact_key
-- Reads/Writes: nothing
-- Raises: nothing
-- False guarantees that _redact_text changes nothing.
create or replace function obs._suspect(p_text text) returns boolean
language sql immutable parallel safe
return coalesce(
    p_text ~ obs._pattern('suspect')
    or strpos(p_text, 'assw') > 0
    or strpos(p_text, 'ASSW') > 0
    or strpos(p_text, 'ecret') > 0
    or strpos(p_text, 'ECRET') > 0
    or strpos(p_text, 'uthoriz') > 0
    or strpos(p_text, 'UTHORIZ') > 0
    or strpos(p_text, 'pwd') > 0
    or strpos(p_text, 'PWD') > 0
    or strpos(p_text, 'hrase') > 0
    or strpos(p_text, ' dot ') > 0
    or strpos(p_text, ' DOT ') > 0
    or strpos(p_text, ' Dot ') > 0
    or strpos(p_text, '_dot_') > 0,
    false
);
comment on function obs._suspect(text) is
'Whether a text could hold anything personal or secret: one cheap test that most texts pass.';
