-- obs._json_texts: every text in a JSON value, keys too
-- Called by: _cell_kind
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._json_texts(p_value jsonb) returns setof text
language sql immutable
begin atomic
    select x.value #>> '{}'
    from jsonb_path_query(p_value, 'strict $.** ? (@.type() == "string")') as x (value)
    union
    select k.key
    from jsonb_path_query(p_value, 'strict $.** ? (@.type() == "object")') as o (value)
    cross join lateral jsonb_object_keys(o.value) as k (key);
end;
comment on function obs._json_texts(jsonb) is 'Every text in a JSON value, keys too.';
