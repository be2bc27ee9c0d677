-- obs._names_relation: whether a value is the qualified name of a relation
-- Called by: set_setting
-- Reads/Writes: nothing
-- Raises: nothing
-- It need not exist yet; what is read later is only what the catalog gives back for it.
create or replace function obs._names_relation(p_value jsonb) returns boolean
language sql immutable parallel safe
return jsonb_typeof(p_value) = 'string'
and p_value #>> '{}' ~ '^([a-z_][a-z0-9_$]{0,62}|"[^"[:cntrl:]]{1,63}")[.]([a-z_][a-z0-9_$]{0,62}|"[^"[:cntrl:]]{1,63}")$';
comment on function obs._names_relation(jsonb) is
'Whether a value is the qualified name of a relation: schema.name, quoted where needed.';
