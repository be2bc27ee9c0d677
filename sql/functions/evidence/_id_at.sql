-- obs._id_at: the lowest event id at a place among all
-- Called by: _vendor_calls
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._id_at(p_place bigint) returns uuid
language sql immutable parallel safe
return rpad(lpad(to_hex(p_place), 15, '0'), 32, '0')::uuid;
comment on function obs._id_at(bigint) is 'The lowest event id at a place among all, as _id_place counts them.';
