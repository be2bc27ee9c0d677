-- obs._asker: the role on whose behalf the present call is made
-- Called by: everything that decides by role
-- Reads/Writes: setting role, session_user
-- Raises: nothing
-- Inside a definer current_user is the owner; the setting role still tells what the caller chose by SET ROLE.
create or replace function obs._asker() returns name
language sql stable parallel safe
return coalesce(nullif(current_setting('role', true), 'none'), session_user::text)::name;
comment on function obs._asker() is 'The role that asks: after SET ROLE that role, else the login.';
