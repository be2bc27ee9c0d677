-- obs.version: the version of the functions that are installed
-- Called by: anybody with a role of obs
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs.version() returns text
language sql immutable parallel safe
return '0.2.0';
comment on function obs.version() is 'The installed version of obs, major.minor.patch.';
