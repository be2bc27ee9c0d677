-- obs._id_valid: whether an identifier may name a tenant or a run
-- Called by: _check_id, _store
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._id_valid(p_id text) returns boolean
language sql immutable parallel safe
return p_id is not null and p_id ~ '^[^[:cntrl:]]{1,128}$' and not obs._suspect_id(p_id);
comment on function obs._id_valid(text) is
'Whether an identifier may name a tenant or a run: 1 to 128 printable, impersonal characters.';
