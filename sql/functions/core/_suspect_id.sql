-- obs._suspect_id: whether a name, code or id could hold an e-mail address or a secret
-- Called by: _id_valid, _redact_id, _cell_kind, _may_hold
-- Reads/Writes: nothing
-- Raises: nothing
-- What redaction would change must be seen here: a label of a secret has =, :, -- or a quote with it; 40 is a hexadecimal @.
-- Long numbers, hashes and UUIDs are what ids are made of, and nearly all pass.
create or replace function obs._suspect_id(p_text text) returns boolean
language sql immutable parallel safe
return coalesce(
    p_text ~ ('[@%\\&]|[^ -~]|[a-z0-9][A-Z]|xox|ls__|SK[0-9a-z]{6}|[0-9a-f]-us[0-9]'
        || '|[a-z]{2}[_-][0-9A-Za-z]{12}|BEGIN|\[at|\(at|[=:<>''"]|--|[Bb]earer |dapi|[3-7][0-9a-f]40[3-7][0-9a-f]'), false
);
comment on function obs._suspect_id(text) is
'Whether an id could hold an e-mail address or a secret: one cheap test that most ids pass.';
